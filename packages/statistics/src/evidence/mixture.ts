import { binomialDeviance, split } from '../special/deviance.ts'
import { stirlingError } from '../special/stirling-error.ts'

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI)

/**
 * ln of the Beta(1/2, 1/2) mixture likelihood over the likelihood at p, for k successes in n trials in any order:
 * ln B(k + 1/2, n - k + 1/2) - ln pi - k ln p - (n - k) ln(1 - p), with 0 ln 0 = 0.
 *
 * Under p its exponential is a nonnegative martingale in n with mean 1, whatever decides when to look or stop.
 * Split at the maximum k/n into a part free of p and a deviance, so that nothing cancels at large n.
 * Source: Robbins, Ann. Math. Statist. 41 (1970) 1397; Krichevsky and Trofimov, IEEE Trans. Inf. Theory 27 (1981) 199.
 */
export function logMixtureRatio(k: number, n: number, p: number): number {
  return logMixtureRatioAtMaximum(k, n) + binomialDeviance(k, n, split(p))
}

/** The same at p = k/n, its minimum over p: never positive. */
export function logMixtureRatioAtMaximum(k: number, n: number): number {
  if (n === 0) return 0
  const normalization = HALF_LOG_TWO_PI - 0.5 * Math.log(n) - stirlingError(n) - Math.log(Math.PI)
  return normalization + halfShiftedError(k) + halfShiftedError(n - k)
}

/** ln Gamma(k + 1/2) - (k ln k - k + ln(2 pi) / 2), by way of the Stirling error at k + 1/2. */
function halfShiftedError(k: number): number {
  if (k === 0) return -0.5 * Math.LN2
  return k * Math.log1p(0.5 / k) - 0.5 + stirlingError(k + 0.5)
}
