import { expect, test } from 'vitest'
import { fisherTails } from './hypergeometric.ts'

// mpmath 1.3, 40 digits: sums of C(K, i) C(N - K, n - i) / C(N, n).
test.each([
  [[3, 10], [7, 12], 0.1849249821386044, 0.9620487871261865],
  [[0, 1000], [8, 1000], 0.003851740425541949, 1],
  [[926, 1000], [4400, 5000], 0.9999958273159159, 7.291998525820946e-6],
  [[1, 9], [11, 14], 0.002490240947637636, 0.9999326961906044],
  [[1290, 100_000], [12_833, 1_000_000], 0.5784510151616486, 0.4330894245724867],
  [[0, 5], [0, 7], 1, 1],
  [[5, 5], [7, 7], 1, 1],
  [[20, 100], [10, 50_000], 1, 3.902369009888974e-48],
] as const)('compares %j with %j', ([k, n], [other, of], lower, upper) => {
  const tails = fisherTails({ successes: k, trials: n }, { successes: other, trials: of })
  expect(Math.abs(tails.lower / lower - 1)).toBeLessThan(1e-11)
  expect(Math.abs(tails.upper / upper - 1)).toBeLessThan(1e-11)
})

test('says nothing where one sample is empty', () => {
  const tails = fisherTails({ successes: 0, trials: 0 }, { successes: 3, trials: 10 })
  expect(tails).toEqual({ lower: 1, upper: 1 })
})

test('tends to the binomial tail as the other sample grows', () => {
  // scipy 1.17.1: stats.binom.cdf(5, 100, 0.1).
  const { lower } = fisherTails({ successes: 5, trials: 100 }, { successes: 1e10, trials: 1e11 })
  expect(lower).toBeCloseTo(0.05757688648703, 8)
})
