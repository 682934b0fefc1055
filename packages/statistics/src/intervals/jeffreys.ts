import { checkCounts, checkOpenUnit } from '../counts.ts'
import { betaLowerQuantile, betaUpperQuantile } from '../special/beta-quantile.ts'
import type { Interval } from './interval.ts'

/**
 * Jeffreys' equal-tailed interval: quantiles of the posterior Beta(k + 1/2, n - k + 1/2), extended to 0 at k = 0 and
 * to 1 at k = n. For a number of trials fixed beforehand; its coverage is only near the level.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a level outside (0, 1).
 * Source: Brown, Cai and DasGupta, Statistical Science 16 (2001) 101.
 */
export function jeffreys(successes: number, trials: number, level = 0.95): Interval {
  checkCounts(successes, trials)
  checkOpenUnit('level', level)
  const tail = (1 - level) / 2
  const posterior = { a: successes + 0.5, b: trials - successes + 0.5 }
  return {
    low: successes === 0 ? 0 : betaLowerQuantile(tail, posterior),
    high: successes === trials ? 1 : betaUpperQuantile(tail, posterior),
  }
}
