import { expect, test } from 'vitest'
import { restartsNeeded } from './restarts-needed.ts'
import { successWithin } from './success-within.ts'

test('is the share of choices of K trials that hold a success', () => {
  // 3 successes in 10 trials: 1 - C(7, 3) / C(10, 3) = 1 - 35 / 120.
  expect(successWithin({ successes: 3, trials: 10 }, 3).estimate).toBeCloseTo(1 - 35 / 120, 15)
  expect(successWithin({ successes: 0, trials: 10 }, 3).estimate).toBe(0)
  expect(successWithin({ successes: 8, trials: 10 }, 3).estimate).toBe(1)
})

test('carries the interval of one success over to K', () => {
  // Clopper-Pearson of 3 in 10: .066739511, .652452850 (scipy 1.17.1).
  const { low, high } = successWithin({ successes: 3, trials: 10 }, 2)
  expect(low).toBeCloseTo(1 - (1 - 0.066739511) ** 2, 8)
  expect(high).toBeCloseTo(1 - (1 - 0.65245285) ** 2, 8)
  const lost = successWithin({ successes: 3, trials: 10, gaps: 2 }, 2)
  expect(lost.low).toBeLessThan(low)
  expect(lost.high).toBeGreaterThan(high)
})

test('refuses K beyond a third of the trials', () => {
  expect(() => successWithin({ successes: 3, trials: 10 }, 4)).toThrow(
    new RangeError('starts must be at most a third of the trials, got 4 for 10 trials (at most 3)'),
  )
})

test('needs 39 restarts for 95% at 926 failures in 1000, with an interval', () => {
  // 0.926^38 = 0.0539 and 0.926^39 = 0.0499. Confidence sequence of 926 in 1000: .891962942, .952495171, whence
  // ln 0.05 / ln 0.891962942 = 26.2 and ln 0.05 / ln 0.952495171 = 61.55.
  expect(restartsNeeded({ successes: 926, trials: 1_000 })).toEqual({
    certainty: 0.95,
    estimate: 39,
    low: 27,
    high: 62,
    level: 0.95,
    method: 'confidence-sequence',
  })
})

test('knows no number where every trial failed, or there was none', () => {
  expect(restartsNeeded({ successes: 50, trials: 50 })).toMatchObject({ estimate: null, high: null })
  expect(restartsNeeded({ successes: 0, trials: 0 })).toMatchObject({ estimate: null, low: 1, high: null })
  expect(() => restartsNeeded({ successes: 0, trials: 1 }, 1)).toThrow(
    new RangeError('certainty must lie strictly between 0 and 1, got 1'),
  )
})
