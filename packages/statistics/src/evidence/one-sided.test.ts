import { expect, test } from 'vitest'
import { binomialTails } from '../agreement/binomial.ts'
import { probabilityOfEver } from './looking.ts'
import { safeEvidence, unsafeEvidence } from './one-sided.ts'

// mpmath 1.3, 40 digits: betainc over the cut prior, ln of the ratio below and above the threshold.
test.each([
  [0, 1000, 0.01, 8.776455929872344, -5.733975808565962],
  [3, 1000, 0.01, 2.466246470666303, -5.434649253313206],
  [80, 1000, 0.1, 0.258926294640144, -5.261361113261836],
  [30, 1000, 0.01, -3.7412297764912, 9.546471551647167],
  [700, 1000, 0.01, -7.237267405337284, 2612.155870723782],
])('weighs %d of %d against %d', (successes, trials, threshold, below, above) => {
  const counts = { successes, trials }
  expect(Math.abs(safeEvidence(counts, threshold) - below)).toBeLessThan(1e-12)
  expect(Math.abs(unsafeEvidence(counts, threshold) - above)).toBeLessThan(1e-12 * Math.max(1, above))
})

test('is silent without trials', () => {
  expect(safeEvidence({ successes: 0, trials: 0 }, 0.3)).toBeCloseTo(0, 14)
  expect(unsafeEvidence({ successes: 0, trials: 0 }, 0.3)).toBeCloseTo(0, 14)
})

// mpmath 1.3: the first n at which E reaches 20, by trying n and n - 1.
test.each([
  [0, 0.01, 377],
  [1, 0.01, 663],
  [2, 0.01, 883],
  [5, 0.01, 1436],
  [0, 0.1, 36],
])('with %d successes is convinced of less than %d from %d trials on', (successes, threshold, trials) => {
  const needed = Math.log(20)
  expect(safeEvidence({ successes, trials }, threshold)).toBeGreaterThanOrEqual(needed)
  expect(safeEvidence({ successes, trials: trials - 1 }, threshold)).toBeLessThan(needed)
})

test('mirrors when successes, failures and the threshold change places', () => {
  expect(unsafeEvidence({ successes: 30, trials: 200 }, 0.25)).toBe(
    safeEvidence({ successes: 170, trials: 200 }, 0.75),
  )
})

test('counts lost trials against the claim', () => {
  const counts = { successes: 3, trials: 990, gaps: 10 }
  expect(safeEvidence(counts, 0.01)).toBe(safeEvidence({ successes: 13, trials: 1000 }, 0.01))
  expect(unsafeEvidence(counts, 0.01)).toBe(unsafeEvidence({ successes: 3, trials: 1000 }, 0.01))
})

test('refuses a threshold that is no probability', () => {
  expect(() => safeEvidence({ successes: 0, trials: 1 }, 1)).toThrow(
    new RangeError('threshold must lie strictly between 0 and 1, got 1'),
  )
  expect(() => unsafeEvidence({ successes: 2, trials: 1 }, 0.1)).toThrow(RangeError)
})

const HUNDRED_LOOKS = { p: 0.01, every: 100, looks: 100 }

test('calls a true 1% safe at one of a hundred looks with probability at most 5%', () => {
  const falselySafe = probabilityOfEver(HUNDRED_LOOKS, (successes, trials) => {
    return safeEvidence({ successes, trials }, 0.01) >= Math.log(20)
  })
  expect(falselySafe).toBeLessThanOrEqual(0.05)
  expect(falselySafe).toBeGreaterThan(0.01)
})

test('where a 95% bound made for one look does so four times as often as it says', () => {
  const falselySafe = probabilityOfEver(HUNDRED_LOOKS, (k, n) => binomialTails(k, n, 0.01).lower <= 0.05)
  expect(falselySafe).toBeGreaterThan(0.2)
})
