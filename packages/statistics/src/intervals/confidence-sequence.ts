import { checkCounts, checkOpenUnit } from '../counts.ts'
import { logMixtureRatio, logMixtureRatioAtMaximum } from '../evidence/mixture.ts'
import { bisect } from '../special/bisect.ts'
import { WHOLE } from './interval.ts'
import type { Interval } from './interval.ts'

/**
 * The Beta(1/2, 1/2) mixture confidence sequence: every p against which the mixture has not won by 1 / (1 - level).
 * With probability at least `level` it covers p at all n at once (Ville), so it holds under any stopping rule,
 * top-up or looking. A function of the counts only, without running intersection. [0, 1] without trials.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a level outside (0, 1).
 * Source: Robbins, Ann. Math. Statist. 41 (1970) 1397; Howard, Ramdas, McAuliffe and Sekhon, Ann. Statist. 49 (2021).
 */
export function confidenceSequence(successes: number, trials: number, level = 0.95): Interval {
  checkCounts(successes, trials)
  checkOpenUnit('level', level)
  if (trials === 0) return WHOLE
  const threshold = -Math.log1p(-level)
  const excludes = (p: number): boolean => logMixtureRatio(successes, trials, p) >= threshold
  const share = successes / trials
  if (successes === 0) return { low: 0, high: oneSidedHigh(trials, threshold) }
  if (successes === trials) return { low: bisect(0, share, excludes), high: 1 }
  return { low: bisect(0, share, excludes), high: bisect(1, share, excludes) }
}

/** Without successes the ratio is a constant times (1 - p)^-n, which is solved for p. */
function oneSidedHigh(trials: number, threshold: number): number {
  return -Math.expm1((logMixtureRatioAtMaximum(0, trials) - threshold) / trials)
}
