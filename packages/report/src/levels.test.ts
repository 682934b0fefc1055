import { expect, test } from 'vitest'
import { undecidedLevels } from './levels.ts'
import { sampleCell } from './samples/documents.ts'

test.each([
  [[0.002, 0.026], [0.01]],
  [[0.08, 0.12], [0.1]],
  [[0.005, 0.2], [0.01, 0.1]],
  [[0.02, 0.08], []],
  [[0, 0.01], []],
] as const)('the interval %j leaves %j undecided', (interval, levels) => {
  expect(undecidedLevels(sampleCell({ depth: 5, width: 5, bornDead: 10, interval }))).toEqual(levels)
})

test('a cell without data is not undecided: it has no data', () => {
  expect(undecidedLevels(sampleCell({ depth: 5, width: 5, trials: 0 }))).toEqual([])
})
