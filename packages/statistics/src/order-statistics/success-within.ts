import { checkCounts, checkProbability } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { intervalWithGaps } from '../intervals/interval-methods.ts'
import type { IntervalMethod } from '../intervals/interval-methods.ts'
import { checkStarts } from './starts.ts'

/** Probability that at least one of K independent trainings succeeds. */
export interface SuccessWithin {
  readonly starts: number
  /** 1 - C(n - c, K) / C(n, K) from the known outcomes: unbiased. */
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/**
 * How likely one of K trainings succeeds, from c successes in n trials. The interval is 1 - (1 - F)^K of an interval for
 * the probability F of one success; by default Clopper and Pearson's, for a number of trials fixed beforehand. Holds
 * for each K, and for all of them together, since they are functions of one F.
 *
 * @throws RangeError on K beyond n/3 (naming both), impossible counts, or a level outside (0, 1).
 */
export function successWithin(
  counts: Counts,
  starts: number,
  { level = 0.95, method = 'clopper-pearson' }: { readonly level?: number; readonly method?: IntervalMethod } = {},
): SuccessWithin {
  const { successes, trials, gaps = 0 } = counts
  checkCounts(successes, trials)
  checkStarts(starts, trials)
  const { low, high } = intervalWithGaps(method, successes, trials, gaps, level)
  return {
    starts,
    estimate: 1 - chanceOfMissing(successes, trials, starts),
    low: anyOf(low, starts),
    high: anyOf(high, starts),
  }
}

/** C(n - c, K) / C(n, K): no success among K of n trials drawn without replacement. */
function chanceOfMissing(successes: number, trials: number, starts: number): number {
  let missing = 1
  for (let drawn = 0; drawn < starts; drawn += 1) missing *= Math.max(0, trials - successes - drawn) / (trials - drawn)
  return missing
}

/** 1 - (1 - p)^K, the chance of a success among K trials of probability p. */
export function anyOf(p: number, starts: number): number {
  checkProbability('p', p)
  return -Math.expm1(starts * Math.log1p(-p))
}
