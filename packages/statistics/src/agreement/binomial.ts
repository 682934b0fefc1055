import { checkCounts, checkProbability } from '../counts.ts'
import { binomialDeviance, split } from '../special/deviance.ts'
import type { Split } from '../special/deviance.ts'
import { regularizedBeta } from '../special/incomplete-beta.ts'
import { stirlingError } from '../special/stirling-error.ts'

/** Probabilities of a result at least as small, and at least as large, as the observed one. Both include it. */
export interface Tails {
  readonly lower: number
  readonly upper: number
}

/**
 * P(X <= k) and P(X >= k) for X binomial with n trials of probability p, each to full relative accuracy.
 *
 * @throws RangeError unless 0 <= k <= n are integers and p lies in [0, 1].
 */
export function binomialTails(k: number, n: number, p: number): Tails {
  checkCounts(k, n)
  checkProbability('p', p)
  if (p === 0) return { lower: 1, upper: k === 0 ? 1 : 0 }
  if (p === 1) return { lower: k === n ? 1 : 0, upper: 1 }
  const { q } = split(p)
  return {
    lower: k === n ? 1 : regularizedBeta({ p: q, q: p }, { a: n - k, b: k + 1 }),
    upper: k === 0 ? 1 : regularizedBeta({ p, q }, { a: k, b: n - k + 1 }),
  }
}

/** ln P(X = k) for X binomial, 0 < p < 1. Source: Loader (2000). */
export function logBinomial(k: number, n: number, at: Split): number {
  if (k === 0) return n * Math.log1p(-at.p)
  if (k === n) return n * Math.log1p(-at.q)
  const shape = stirlingError(n) - stirlingError(k) - stirlingError(n - k)
  const scale = 0.5 * Math.log(n / k / (n - k) / (2 * Math.PI))
  return scale + shape - binomialDeviance(k, n, at)
}
