import { binomialTails } from '../agreement/binomial.ts'
import { checkCount, checkOpenUnit, checkProbability } from '../counts.ts'

/** Default share of cells in which an alarm is raised although the bound holds, at most. */
const FALSE_ALARM = 1e-6

/** What was counted in a cell, k events in n trials, and the proved bounds on their probability; null for none. */
export interface BoundedCounts {
  readonly k: number
  readonly n: number
  /** Trials whose outcome is lost; none unless said. */
  readonly gaps?: number
  readonly lower: number | null
  readonly upper: number | null
}

/** A proved bound that the counts contradict: the theorem's hypotheses, the counting or the training is at fault. */
export interface BoundAlarm {
  readonly side: 'lower' | 'upper'
  readonly bound: number
  /** k / n. */
  readonly observed: number
  /** Exact probability of counts so far beyond the bound, at the bound itself, where it is greatest. */
  readonly tail: number
}

/**
 * Holds the counts of one cell against proved bounds on their probability; null where they do not contradict. Exact
 * binomial tails; where both bounds are given, half of `falseAlarm` for each. Lost trials count in favour of the bound.
 * For a number of trials fixed beforehand: to look again and again at the same cell raises the rate of false alarms in
 * proportion to the looks at most.
 *
 * Pass a bound only where its hypotheses hold: the functions that give them return null elsewhere.
 *
 * @throws RangeError unless 0 <= k <= n are integers, bounds lie in [0, 1] and 0 < falseAlarm < 1.
 */
export function boundAlarm({ k, n, gaps = 0, lower, upper }: BoundedCounts, falseAlarm = FALSE_ALARM): BoundAlarm | null {
  checkCount('n', n)
  checkCount('k', k)
  if (k > n) throw new RangeError(`k must be at most ${n} (the trials), got ${k}`)
  checkCount('gaps', gaps)
  checkOpenUnit('falseAlarm', falseAlarm)
  const limit = lower !== null && upper !== null ? falseAlarm / 2 : falseAlarm
  const observed = k / n
  const above = upper === null ? 1 : binomialTails(k, n + gaps, checked('upper', upper)).upper
  if (upper !== null && above < limit) return { side: 'upper', bound: upper, observed, tail: above }
  const below = lower === null ? 1 : binomialTails(k + gaps, n + gaps, checked('lower', lower)).lower
  if (lower !== null && below < limit) return { side: 'lower', bound: lower, observed, tail: below }
  return null
}

/** A count above a proved maximum. */
export interface MaximumAlarm {
  readonly observed: bigint
  readonly maximum: bigint
}

/**
 * Holds a count against a maximum that no network can exceed, pieces for instance; null where it does not, or where the
 * maximum is null because its theorem does not apply. No statistics: one network is enough.
 *
 * @throws RangeError unless observed is an integer of at least 0.
 */
export function maximumAlarm(observed: number, maximum: bigint | null): MaximumAlarm | null {
  checkCount('observed', observed)
  return maximum !== null && BigInt(observed) > maximum ? { observed: BigInt(observed), maximum } : null
}

function checked(name: string, bound: number): number {
  checkProbability(name, bound)
  return bound
}
