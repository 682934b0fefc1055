import { checkCounts, checkOpenUnit } from '../counts.ts'
import { betaLowerQuantile, betaUpperQuantile } from '../special/beta-quantile.ts'
import type { Interval } from './interval.ts'

/**
 * The exact interval of Clopper and Pearson: every p that neither one-sided binomial test rejects at (1 - level) / 2.
 * Covers at least the level for every p, for a number of trials fixed beforehand; not under repeated looking.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a level outside (0, 1).
 * Source: Clopper and Pearson, Biometrika 26 (1934) 404, in beta quantiles.
 */
export function clopperPearson(successes: number, trials: number, level = 0.95): Interval {
  checkCounts(successes, trials)
  checkOpenUnit('level', level)
  const tail = (1 - level) / 2
  const failures = trials - successes
  return {
    low: successes === 0 ? 0 : betaLowerQuantile(tail, { a: successes, b: failures + 1 }),
    high: failures === 0 ? 1 : betaUpperQuantile(tail, { a: successes + 1, b: failures }),
  }
}
