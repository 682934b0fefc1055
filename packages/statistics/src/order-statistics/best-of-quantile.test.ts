import { expect, test } from 'vitest'
import { bestOfQuantile } from './best-of-quantile.ts'

const NINE = [0.7, 0.1, 0.5, 0.3, 0.9, 0.2, 0.8, 0.6, 0.4]

test('is the usual interval of a median, for one training', () => {
  // Binomial(9, 1/2): P(at most 1) = 10/512 = .0195 and P(at most 2) = 46/512 = .0898, so the 95% interval of the median
  // reaches from the second smallest to the second largest.
  expect(bestOfQuantile(NINE, { starts: 1 })).toEqual({ starts: 1, quantile: 0.5, estimate: 0.5, low: 0.2, high: 0.8 })
})

test('asks for a smaller quantile of one loss the more trainings there are', () => {
  // 1 - (1/2)^(1/3) = .2063: the second of nine.
  expect(bestOfQuantile(NINE, { starts: 3 })).toMatchObject({ estimate: 0.2, low: null })
})

test('covers the quantile as often as the binomial law says', () => {
  // For uniform losses the quantile q of one is q itself; it is missed when fewer than `low` or more than `high` lie below.
  let state = 12_345
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const target = 1 - 0.5 ** (1 / 4)
  let covered = 0
  for (let sample = 0; sample < 1_000; sample += 1) {
    const { low, high } = bestOfQuantile(Array.from({ length: 60 }, uniform), { starts: 4 })
    if ((low ?? 0) <= target && target <= (high ?? 1)) covered += 1
  }
  // At least 95%: below 925 of 1000 with probability 4e-4.
  expect(covered).toBeGreaterThanOrEqual(925)
  expect(covered).toBeLessThan(1_000)
})

test('puts diverged trainings last, and no number on them', () => {
  const losses = [NaN, Infinity, NaN, NaN, 0.3, NaN]
  expect(bestOfQuantile(losses, { starts: 1 })).toMatchObject({ estimate: null, high: null })
  expect(bestOfQuantile(losses, { starts: 1, quantile: 0.1 })).toMatchObject({ estimate: 0.3, low: null })
})

test('refuses K beyond a third of the trials, and shares outside (0, 1)', () => {
  expect(() => bestOfQuantile(NINE, { starts: 4 })).toThrow(
    new RangeError('starts must be at most a third of the trials, got 4 for 9 trials (at most 3)'),
  )
  expect(() => bestOfQuantile(NINE, { starts: 1, quantile: 0 })).toThrow(
    new RangeError('quantile must lie strictly between 0 and 1, got 0'),
  )
})
