import { binomialTails } from '@collapsar/statistics'
import type { Counts } from '@collapsar/statistics'
import type { Measurement, ReferenceKind, Verdict } from '../measurement.ts'
import { deviationSeen, measuredShare } from './share.ts'
import { percentText } from './texts.ts'

/** A share of trials of which a range is stated: `below 1%`, `about 60%`, a proved bound. */
export interface BandComparison {
  readonly what: string
  readonly counts: Counts
  readonly kind: ReferenceKind
  /** 0 <= low < high <= 1; an end at 0 or 1 is none. */
  readonly band: { readonly low: number; readonly high: number }
  readonly falseAlarm: number
  /** `sharp`, the default: passes once the other side of the ends is excluded. `bound`: passes unless an end is violated. */
  readonly mode?: 'sharp' | 'bound'
}

/** Error allowed to each end of the range when it is said to be kept. */
const CONFIRMATION_ERROR = 0.025

/**
 * Whether a share lies in a range, by exact binomial tails: fails when the data are too unlikely for every share in the range.
 * A proved bound may be tight, so that no number of trials would ever exclude its other side: there it is enough that it holds.
 */
export function compareBand({ what, counts, kind, band, falseAlarm, mode = 'sharp' }: BandComparison): Measurement {
  const { successes, trials, gaps = 0 } = counts
  const all = trials + gaps
  const tooFew = band.low > 0 ? binomialTails(successes + gaps, all, band.low).lower : 1
  const tooMany = band.high < 1 ? binomialTails(successes, all, band.high).upper : 1
  const keptLow = band.low <= 0 || binomialTails(successes, all, band.low).upper <= CONFIRMATION_ERROR
  const keptHigh = band.high >= 1 || binomialTails(successes + gaps, all, band.high).lower <= CONFIRMATION_ERROR
  const pValue = Math.min(tooFew, tooMany)
  return {
    what,
    measured: measuredShare(counts),
    reference: { kind, text: bandText(band), range: [band.low <= 0 ? null : band.low, band.high >= 1 ? null : band.high] },
    rule: ruleText(falseAlarm, mode),
    pValue,
    detectable: { below: excessBelow(all, band.low, falseAlarm), above: excessAbove(all, band.high, falseAlarm) },
    verdict: verdictOfBand(pValue < falseAlarm, mode === 'bound' || (keptLow && keptHigh)),
  }
}

function verdictOfBand(violated: boolean, kept: boolean): Verdict {
  if (violated) return 'fail'
  return kept ? 'pass' : 'undecided'
}

function ruleText(falseAlarm: number, mode: 'sharp' | 'bound'): string {
  const fails = `fails if an exact test at ${falseAlarm.toPrecision(2)} excludes the range`
  return mode === 'bound' ? `${fails}, passes otherwise` : `${fails}, passes if the other side of its ends is excluded at ${CONFIRMATION_ERROR}`
}

function bandText({ low, high }: BandComparison['band']): string {
  if (low <= 0) return `at most ${percentText(high)}%`
  return high >= 1 ? `at least ${percentText(low)}%` : `${percentText(low)}% to ${percentText(high)}%`
}

/** How far above the upper end the truth must be to fail. */
function excessAbove(trials: number, high: number, falseAlarm: number): number | null {
  if (high >= 1 || binomialTails(trials, trials, high).upper >= falseAlarm) return null
  const edge = leastCount(trials, (k) => binomialTails(k, trials, high).upper < falseAlarm)
  return deviationSeen((excess) => binomialTails(edge, trials, high + excess).upper, 1 - high)
}

function excessBelow(trials: number, low: number, falseAlarm: number): number | null {
  if (low <= 0) return null
  const mirrored = excessAbove(trials, 1 - low, falseAlarm)
  return mirrored
}

/** The least count in [0, trials] for which `holds`, which once true stays true. */
function leastCount(trials: number, holds: (k: number) => boolean): number {
  let [low, high] = [0, trials]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
