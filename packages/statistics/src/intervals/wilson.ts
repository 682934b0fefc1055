import { checkCounts, checkOpenUnit } from '../counts.ts'
import { normalUpperQuantile } from '../special/normal-quantile.ts'
import { WHOLE } from './interval.ts'
import type { Interval } from './interval.ts'

/**
 * Wilson's score interval for a binomial probability, for a number of trials fixed beforehand. It is short, and its
 * coverage is only near the level: at some (n, p) it is below. [0, 1] without trials.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a level outside (0, 1).
 * Source: E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927) 209.
 */
export function wilson(successes: number, trials: number, level = 0.95): Interval {
  checkCounts(successes, trials)
  checkOpenUnit('level', level)
  if (trials === 0) return WHOLE
  const z = normalUpperQuantile((1 - level) / 2)
  const centre = successes + (z * z) / 2
  const root = z * Math.sqrt(successes * (1 - successes / trials) + (z * z) / 4)
  // The two ends are the roots of (n + z^2) p^2 - 2 centre p + k^2 / n; the lower one is taken from their product.
  const low = (successes * (successes / trials)) / (centre + root)
  return { low, high: successes === trials ? 1 : (centre + root) / (trials + z * z) }
}
