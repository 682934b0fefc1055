import { expect, test } from 'vitest'
import { logMixtureRatio, logMixtureRatioAtMaximum } from './mixture.ts'

test('is the mixture likelihood over the likelihood, counted by hand for two trials', () => {
  // B(1/2, 5/2) / pi = 3/8 and B(3/2, 3/2) / pi = 1/8.
  expect(logMixtureRatio(0, 2, 0.2)).toBeCloseTo(Math.log(3 / 8 / 0.64), 14)
  expect(logMixtureRatio(1, 2, 0.2)).toBeCloseTo(Math.log(1 / 8 / 0.16), 14)
})

test('has mean 1 under p: it is a fair bet', () => {
  for (const p of [0.01, 0.3]) {
    const mean = [0, 1, 2, 3, 4]
      .map((k) => [1, 4, 6, 4, 1][k]! * p ** k * (1 - p) ** (4 - k) * Math.exp(logMixtureRatio(k, 4, p)))
      .reduce((sum, term) => sum + term, 0)
    expect(mean).toBeCloseTo(1, 14)
  }
})

test('is least at the share of successes', () => {
  expect(logMixtureRatio(3, 10, 0.3)).toBeCloseTo(logMixtureRatioAtMaximum(3, 10), 14)
  for (const p of [0.29, 0.31]) expect(logMixtureRatio(3, 10, p)).toBeGreaterThan(logMixtureRatioAtMaximum(3, 10))
  expect(logMixtureRatioAtMaximum(0, 0)).toBe(0)
})
