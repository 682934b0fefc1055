import { binomialDeviance, deviation } from './deviance.ts'
import type { Split } from './deviance.ts'
import { stirlingError } from './stirling-error.ts'

/** The law Beta(a, b), a and b at least 1/2. */
export interface BetaLaw {
  readonly a: number
  readonly b: number
}

/** ln I_p(a, b) and its derivative by ln(p / q). */
export interface LogTail {
  readonly log: number
  readonly slope: number
}

/** Far above what the fraction needs where it is used: about 3,000 steps at the mean of a + b = 1e9. */
const FRACTION_STEPS = 1_000_000

/**
 * Regularized incomplete beta function I_p(a, b): the probability that Beta(a, b) is at most p.
 * Relative error below 1e-12 for a + b up to 1e9, in the far tail as well; 0 only where it underflows.
 */
export function regularizedBeta(at: Split, law: BetaLaw): number {
  return Math.exp(logRegularizedBeta(at, law).log)
}

/** The logarithm of I_p(a, b), which does not underflow, with its slope in the log odds of p. 0 < p < 1. */
export function logRegularizedBeta(at: Split, law: BetaLaw): LogTail {
  const logDensity = logOddsDensity(at, law)
  if (deviation(law.a, law.a + law.b, at) >= 0) {
    const slope = tailFraction(at, law)
    return { log: logDensity - Math.log(slope), slope }
  }
  const upper = logDensity - Math.log(tailFraction({ p: at.q, q: at.p }, { a: law.b, b: law.a }))
  const log = Math.log1p(-Math.exp(upper))
  return { log, slope: Math.exp(logDensity - log) }
}

/** ln of p^a q^b / B(a, b), the density of Beta(a, b) in the log odds ln(p / q). */
function logOddsDensity(at: Split, { a, b }: BetaLaw): number {
  const n = a + b
  const shape = stirlingError(n) - stirlingError(a) - stirlingError(b)
  return 0.5 * Math.log((a / n) * (b / (2 * Math.PI))) + shape - binomialDeviance(a, n, at)
}

/**
 * The continued fraction p^a q^b / (B(a, b) I_p(a, b)), for p up to the mean a / (a + b), where it converges in
 * O(sqrt(a + b)) steps. Source: DiDonato and Morris, ACM TOMS 18 (1992) 360, BFRAC, by the modified Lentz method.
 */
export function tailFraction(at: Split, { a, b }: BetaLaw): number {
  const { p, q } = at
  const d = deviation(a, a + b, at)
  let value = (a * (d + 1)) / (a + 1)
  let c = value
  let reciprocal = 0
  for (let m = 1; m < FRACTION_STEPS; m += 1) {
    const before = a + 2 * m - 1
    const odds = (m * (b - m) * p) / before
    const numerator = (((a + m - 1) * (a + b + m - 1) * p) / before) * odds
    const denominator = m + odds + ((a + m) * (d + 1 + m * (1 + q))) / (before + 2)
    reciprocal = 1 / (denominator + numerator * reciprocal)
    c = denominator + numerator / c
    const factor = c * reciprocal
    value *= factor
    if (Math.abs(factor - 1) <= Number.EPSILON) return value
  }
  throw new RangeError(`incomplete beta fraction did not converge for a = ${a}, b = ${b}, p = ${p}`)
}
