import { expect, test } from 'vitest'
import { split } from '../special/deviance.ts'
import { agrees } from './agrees.ts'
import { logBinomial } from './binomial.ts'

test('is the exact binomial test against an exact value', () => {
  // Twice the smaller tail of the binomial table: 2 * 0.1719 at n = 10, k = 3, p = 1/2.
  const { agrees: same, pValue } = agrees({ successes: 3, trials: 10 }, { probability: 0.5, standardError: 0 }, 0.01)
  expect(pValue).toBeCloseTo(2 * (176 / 1024), 14)
  expect(same).toBe(true)
})

test('is the exact two-sample test against a simulated value', () => {
  // mpmath 1.3: twice the lower tail of Fisher's test for 0 of 1000 against 8 of 1000.
  const observed = { successes: 0, trials: 1000 }
  const expected = 2 * 0.003851740425541949
  expect(agrees(observed, { probability: 0.008, trials: 1000 }, 0.01).pValue).toBeCloseTo(expected, 12)
  const standardError = Math.sqrt((0.008 * 0.992) / 1000)
  expect(agrees(observed, { probability: 0.008, standardError }, 0.01)).toMatchObject({ agrees: false })
})

test('lets a table entry of 0 or 1 be wrong by its own sampling', () => {
  // 0 of 200,000 in the reference, 2 of 100,000 here: 3 would come as often as not under p = 1e-5.
  const zero = { probability: 0, trials: 200_000 }
  expect(agrees({ successes: 2, trials: 100_000 }, zero, 1e-3)).toMatchObject({ agrees: true })
  expect(agrees({ successes: 40, trials: 100_000 }, zero, 1e-3)).toMatchObject({ agrees: false })
  expect(agrees({ successes: 0, trials: 100_000 }, zero, 1e-3)).toEqual({ agrees: true, pValue: 1 })
  const one = { probability: 1, trials: 200_000 }
  expect(agrees({ successes: 99_998, trials: 100_000 }, one, 1e-3)).toMatchObject({ agrees: true })
})

test('takes an exact 0 or 1 at its word', () => {
  expect(agrees({ successes: 1, trials: 10 }, { probability: 0, standardError: 0 }, 1e-6).pValue).toBe(0)
  expect(agrees({ successes: 10, trials: 10 }, { probability: 1, standardError: 0 }, 1e-6).pValue).toBe(1)
})

test('raises a false alarm no more often than stated, whatever the common probability', () => {
  for (const p of [0.01, 0.2, 0.5]) {
    let alarms = 0
    for (let k = 0; k <= 60; k += 1) {
      for (let reference = 0; reference <= 40; reference += 1) {
        const result = agrees({ successes: k, trials: 60 }, { probability: reference / 40, trials: 40 }, 0.05)
        if (result.agrees) continue
        alarms += Math.exp(logBinomial(k, 60, split(p)) + logBinomial(reference, 40, split(p)))
      }
    }
    expect(alarms).toBeLessThanOrEqual(0.05)
  }
})

test('sees a deviation of five standard errors', () => {
  const standardError = 1e-3
  const trials = 100_000
  const off = 0.3 + 5 * Math.hypot(standardError, Math.sqrt(0.21 / trials))
  const counts = { successes: Math.round(off * trials), trials }
  const { agrees: same, pValue } = agrees(counts, { probability: 0.3, standardError }, 1e-4)
  expect(same).toBe(false)
  // Two-sided normal tail at 5: 5.7e-7, and here the counts are large.
  expect(pValue).toBeGreaterThan(3e-7)
  expect(pValue).toBeLessThan(9e-7)
})

test.each([
  [{ probability: 1.2, standardError: 0 }, 'probability must lie in [0, 1], got 1.2'],
  [{ probability: 0.5, standardError: -1 }, 'standardError must not be negative, got -1'],
  [{ probability: 0, standardError: 0.1 }, "standardError 0.1 is no sample's error of a share of 0"],
])('refuses the reference %j', (reference, message) => {
  expect(() => agrees({ successes: 1, trials: 10 }, reference, 0.01)).toThrow(new RangeError(message))
})
