import { measurementSets, trainingPoints } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { functionCounts } from './distinct-functions.ts'
import { parseSweep } from './sweep.ts'

const { cell, spec } = parseSweep({ grid: { depth: 2, width: 2 }, inits: 1, problem: { points: 8 } }).cells[0]!
const columns = measurementSets.functions.columns(spec)
const RANGE = Math.max(...trainingPoints(spec.problem, 0).targets) - Math.min(...trainingPoints(spec.problem, 0).targets)

/** Trials that are constants, in parts of the range of the targets; NaN has diverged. */
function constants(parts: readonly number[]): Parameters<typeof functionCounts>[2] {
  return {
    set: { name: 'functions', version: measurementSets.functions.version },
    columns,
    trials: Float64Array.from(parts, (_, i) => 10 + i),
    values: columns.map(({ size }) => Float32Array.from(parts.flatMap((part) => Array<number>(size).fill(part * RANGE)))),
  }
}

it('counts functions that differ by more than 1% and by more than 5% of the range of the targets', () => {
  const counts = functionCounts(cell, spec, constants([0, 0.005, 0.03, 0.5, NaN, 0.5]))
  expect(counts.map(({ place, tolerance, functions }) => [place, tolerance, functions])).toEqual([
    ['onData', 0.01, 3], ['onData', 0.05, 2], ['onGrid', 0.01, 3], ['onGrid', 0.05, 2],
  ])
  // Seen twice, once, twice: S + f1^2 / (2 f2) = 3 + 1 / 4.
  expect(counts[0]).toMatchObject({ cell, depth: 2, width: 2, trials: 5, largest: 2, chao1: 3.25, representatives: [10, 12, 13] })
})

it('refuses another set', () => {
  const facts = { ...constants([0]), set: { name: 'facts', version: 1 } } as const
  expect(() => functionCounts(cell, spec, facts)).toThrow('invalid set facts: accepted is functions')
})
