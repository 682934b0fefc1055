import { expect, test } from 'vitest'
import { bornDeadShare, bornDeadTheoryText, bornDeadValue } from './born-dead.ts'
import { sampleCell } from './samples/documents.ts'

const NONE = { lower: null, upper: null, exact: null, simulated: null }
const SIMULATED = { estimate: 0.8798, standardError: 0.00016 }

test('the closed form goes before the simulation, the simulation before the bounds', () => {
  const bounds = { lower: 0.87026, upper: 0.92492 }
  expect(bornDeadTheoryText({ ...bounds, exact: 0.5, simulated: SIMULATED })).toBe('=50.0')
  expect(bornDeadTheoryText({ ...bounds, exact: null, simulated: SIMULATED })).toBe('≈88.0')
  expect(bornDeadTheoryText({ ...bounds, exact: null, simulated: null })).toBe('87.0–92.5')
})

test('one bound alone is an inequality, and none is nothing', () => {
  expect(bornDeadTheoryText({ ...NONE, upper: 0.0875 })).toBe('≤8.8')
  expect(bornDeadTheoryText({ ...NONE, lower: 0.0625 })).toBe('≥6.3')
  expect(bornDeadTheoryText(NONE)).toBe('')
})

test('a simulation shows no digit below its standard error', () => {
  expect(bornDeadTheoryText({ ...NONE, simulated: { estimate: 0.99321, standardError: 0.004 } })).toBe('≈99.3')
  expect(bornDeadTheoryText({ ...NONE, simulated: { estimate: 0.99321, standardError: 0.00004 } })).toBe('≈99.32')
})

test('bounds are not a value', () => {
  expect(bornDeadValue({ ...NONE, lower: 0.1, upper: 0.2 })).toBeNull()
  expect(bornDeadValue({ ...NONE, simulated: SIMULATED })).toBe(0.8798)
})

test('the share is of the counted trials, none where nothing was counted', () => {
  expect(bornDeadShare(sampleCell({ depth: 3, width: 1, trials: 1000, bornDead: 500, died: 100 }))).toBe(0.5)
  expect(bornDeadShare(sampleCell({ depth: 3, width: 1, trials: 0 }))).toBeNull()
})
