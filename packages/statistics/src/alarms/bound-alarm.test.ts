import { expect, test } from 'vitest'
import { logBinomial } from '../agreement/binomial.ts'
import { split } from '../special/deviance.ts'
import { boundAlarm, maximumAlarm } from './bound-alarm.ts'

const BOUNDS = { lower: 0.2, upper: 0.5 }

test('is raised by counts that the upper bound would give once in a million cells', () => {
  // Sums of binomial coefficients over 2^1000 in integers (Python): 1.178e-6 from 575 on, 8.601165446151555e-7 from 576 on.
  expect(boundAlarm({ k: 575, n: 1_000, lower: null, upper: 0.5 })).toBeNull()
  const alarm = boundAlarm({ k: 576, n: 1_000, lower: null, upper: 0.5 })!
  expect(alarm).toMatchObject({ side: 'upper', bound: 0.5, observed: 0.576 })
  expect(alarm.tail / 8.601165446151555e-7).toBeCloseTo(1, 12)
})

test('is raised by too few as well', () => {
  expect(boundAlarm({ k: 120, n: 1_000, ...BOUNDS })).toMatchObject({ side: 'lower', bound: 0.2, observed: 0.12 })
  expect(boundAlarm({ k: 180, n: 1_000, ...BOUNDS })).toBeNull()
})

test('gives a false alarm at most as often as stated, whatever the probability within the bounds', () => {
  const falseAlarm = 0.01
  for (const bounds of [BOUNDS, { lower: 0.3, upper: 0.3 }, { lower: null, upper: 0.5 }]) {
    for (const p of [bounds.lower ?? 0.1, 0.3, bounds.upper].filter((p) => p <= bounds.upper)) {
      let alarms = 0
      for (let k = 0; k <= 200; k += 1) {
        if (boundAlarm({ k, n: 200, ...bounds }, falseAlarm) !== null) alarms += Math.exp(logBinomial(k, 200, split(p)))
      }
      expect(alarms).toBeLessThanOrEqual(falseAlarm)
    }
  }
})

test('never contradicts with what was lost', () => {
  expect(boundAlarm({ k: 600, n: 1_000, ...BOUNDS })).not.toBeNull()
  expect(boundAlarm({ k: 600, n: 1_000, gaps: 150, ...BOUNDS })).toBeNull()
  expect(boundAlarm({ k: 120, n: 1_000, gaps: 100, ...BOUNDS })).toBeNull()
})

test('takes a bound of 0 or 1 at its word, and says nothing without trials', () => {
  expect(boundAlarm({ k: 1, n: 10, lower: null, upper: 0 })).toEqual({ side: 'upper', bound: 0, observed: 0.1, tail: 0 })
  expect(boundAlarm({ k: 0, n: 10, lower: null, upper: 0 })).toBeNull()
  expect(boundAlarm({ k: 0, n: 0, ...BOUNDS })).toBeNull()
  expect(boundAlarm({ k: 5, n: 5, lower: null, upper: null })).toBeNull()
})

test.each([
  [{ k: 6, n: 5, ...BOUNDS }, 'k must be at most 5 (the trials), got 6'],
  [{ k: 1, n: 5, lower: 0, upper: 1.2 }, 'upper must lie in [0, 1], got 1.2'],
])('refuses %j', (counts, message) => {
  expect(() => boundAlarm(counts)).toThrow(new RangeError(message))
})

test('is raised by one count above a maximum', () => {
  expect(maximumAlarm(82, 81n)).toEqual({ observed: 82n, maximum: 81n })
  expect([maximumAlarm(81, 81n), maximumAlarm(1e6, null)]).toEqual([null, null])
  expect(() => maximumAlarm(0.5, 1n)).toThrow(new RangeError('observed must be an integer of at least 0, got 0.5'))
})
