import type { Counts } from '../counts.ts'
import { logMixtureRatio } from '../evidence/mixture.ts'

/** Where a cell lies against one level, and on what grounds. */
export type LevelVerdict =
  | { readonly verdict: 'below' | 'above'; readonly basis: 'interval' | 'neighbours' }
  /** The interval holds the level and lies within the zone of indifference around it. */
  | { readonly verdict: 'close'; readonly basis: 'interval' }
  | { readonly verdict: 'undecided'; readonly basis: null }

/** Around a level h the interval [from h, to h], inside which the side of h does not matter. */
export interface Indifference {
  /** In (0, 1). */
  readonly from: number
  /** Above 1. */
  readonly to: number
}

export interface Criterion {
  readonly indifference: Indifference | null
  /** ln of the evidence at which the confidence sequence excludes a probability. */
  readonly threshold: number
}

const BELOW: LevelVerdict = { verdict: 'below', basis: 'interval' }
const ABOVE: LevelVerdict = { verdict: 'above', basis: 'interval' }
const CLOSE: LevelVerdict = { verdict: 'close', basis: 'interval' }
const UNDECIDED: LevelVerdict = { verdict: 'undecided', basis: null }

/**
 * The verdict of the cell's own confidence sequence on one level. The same as comparing the level with the ends of
 * `confidenceSequence`, lost trials counted against either side, without solving for them.
 */
export function verdictOn(counts: Counts, level: number, { indifference, threshold }: Criterion): LevelVerdict {
  if (isBelow(counts, level, threshold)) return BELOW
  if (isAbove(counts, level, threshold)) return ABOVE
  if (indifference === null) return UNDECIDED
  const [from, to] = [indifference.from * level, Math.min(1, indifference.to * level)]
  return isAbove(counts, from, threshold) && (to === 1 || isBelow(counts, to, threshold)) ? CLOSE : UNDECIDED
}

/** Whether the interval ends below the level even if all lost trials were successes. */
export function isBelow({ successes, trials, gaps = 0 }: Counts, level: number, threshold: number): boolean {
  const [most, all] = [successes + gaps, trials + gaps]
  return most < level * all && logMixtureRatio(most, all, level) >= threshold
}

/** Whether the interval begins above the level even if no lost trial was a success. */
export function isAbove({ successes, trials, gaps = 0 }: Counts, level: number, threshold: number): boolean {
  const all = trials + gaps
  return successes > level * all && logMixtureRatio(successes, all, level) >= threshold
}
