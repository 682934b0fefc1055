import { checkCount, checkOpenUnit } from '../counts.ts'
import { bisect } from '../special/bisect.ts'
import { logMixtureRatio } from './mixture.ts'
import type { Discordant } from './paired.ts'

/** Two settings on the same initial networks, in how many trials altogether. */
export interface PairedCounts extends Discordant {
  /** Pairs of which both outcomes are known, the discordant ones among them. */
  readonly trials: number
}

/** The first setting's probability less the second's, in [-1, 1]. */
export interface PairedDifference {
  /** (onlyFirst - onlySecond) / trials; null without trials. */
  readonly estimate: number | null
  readonly low: number
  readonly high: number
  readonly level: number
}

/**
 * How far two settings on the same draws differ in the probability of an event, with an interval that holds at all
 * numbers of trials at once, hence under any looking. The mixture likelihood of "the settings differ" and of "then it was
 * the first", each Beta(1/2, 1/2), is held against the likelihood at a difference d, taken at the most favourable share
 * of discordant trials: excluded is every d that loses by 1 / (1 - level) even so. Zero excluded implies
 * `comparePaired`'s evidence at the same level; not conversely, since that asks about zero alone.
 *
 * Lost pairs, in `gaps`, count for the second setting at the low end and for the first at the high end.
 *
 * @throws RangeError unless the counts are integers with onlyFirst + onlySecond <= trials, and 0 < level < 1.
 * @source Ville's inequality for the mixture (Robbins 1970); the most favourable share: Tango, Statist. Med. 17 (1998) 891
 */
export function pairedDifference(counts: PairedCounts, level = 0.95): PairedDifference {
  checkPaired(counts)
  checkOpenUnit('level', level)
  const { onlyFirst, onlySecond, trials, gaps = 0 } = counts
  const all = trials + gaps
  const ends = {
    low: all === 0 ? -1 : lowEnd({ first: onlyFirst, second: onlySecond + gaps, trials: all }, level),
    high: all === 0 ? 1 : -lowEnd({ first: onlySecond, second: onlyFirst + gaps, trials: all }, level),
  }
  return { estimate: trials === 0 ? null : (onlyFirst - onlySecond) / trials, ...ends, level }
}

/** @throws RangeError unless they are integers and the discordant trials are no more than the trials. */
export function checkPaired({ onlyFirst, onlySecond, trials, gaps = 0 }: PairedCounts): void {
  checkCount('onlyFirst', onlyFirst)
  checkCount('onlySecond', onlySecond)
  checkCount('gaps', gaps)
  checkCount('trials', trials)
  if (onlyFirst + onlySecond > trials) {
    throw new RangeError(`onlyFirst + onlySecond must be at most ${trials} (the trials), got ${onlyFirst + onlySecond}`)
  }
}

/** Discordant trials on either side, and all trials. */
interface Table {
  readonly first: number
  readonly second: number
  readonly trials: number
}

function lowEnd(table: Table, level: number): number {
  const needed = -Math.log1p(-level)
  const share = (table.first - table.second) / table.trials
  // The likelihood is log-concave in both probabilities, so its profile is in their difference: one crossing.
  return share === -1 ? -1 : bisect(-1, share, (difference) => logEvidence(table, difference) >= needed)
}

/** ln of the mixture likelihood over the greatest likelihood at this difference. */
function logEvidence({ first, second, trials }: Table, difference: number): number {
  const discordant = first + second
  const share = likeliestShare({ first, second, trials }, difference)
  const toFirst = share === 0 ? 0.5 : Math.min(1, Math.max(0, (share + difference) / (2 * share)))
  return logMixtureRatio(discordant, trials, share) + logMixtureRatio(first, discordant, toFirst)
}

/**
 * The share s of discordant trials, |d| <= s <= 1, that maximizes b ln(s + d) + c ln(s - d) + (n - b - c) ln(1 - s): the
 * larger root of n s^2 - (b + c + (b - c) d) s + (b - c) d - (n - b - c) d^2 = 0.
 */
function likeliestShare({ first, second, trials }: Table, difference: number): number {
  const slope = first + second + (first - second) * difference
  const concordant = trials - first - second
  const constant = ((first - second) - concordant * difference) * difference
  const root = Math.sqrt(Math.max(0, slope * slope - 4 * trials * constant))
  return Math.min(1, Math.max(Math.abs(difference), (slope + root) / (2 * trials)))
}
