import { agrees, binomialTails, estimate } from '@collapsar/statistics'
import type { Counts, Reference } from '@collapsar/statistics'
import { POWER } from '../measurement.ts'
import type { Detectable, Measurement, ReferenceKind, Verdict } from '../measurement.ts'
import { percentText } from './texts.ts'

/** A share of trials to be held against a share that is known, exactly or from a sample. */
export interface ShareComparison {
  readonly what: string
  readonly counts: Counts
  readonly kind: ReferenceKind
  readonly reference: Reference
  /** Of this comparison alone. */
  readonly falseAlarm: number
  /** A deviation of the share that would be another finding; one that cannot be told from none leaves the comparison undecided. */
  readonly material: number
}

/**
 * Whether a share agrees with its reference, by an exact test that includes the reference's own error. Lost trials are counted
 * both ways: it fails only if it fails either way.
 */
export function compareShare({ what, counts, kind, reference, falseAlarm, material }: ShareComparison): Measurement {
  const { successes, trials, gaps = 0 } = counts
  const all = trials + gaps
  const worst = [successes, successes + gaps].map((count) => agrees({ successes: count, trials: all }, reference, falseAlarm))
  const detectable = detectableShare(all, reference, falseAlarm)
  const pValue = Math.max(...worst.map((agreement) => agreement.pValue))
  return {
    what,
    measured: measuredShare(counts),
    reference: { kind, text: referenceText(reference), value: reference.probability },
    rule: `passes if an exact test at ${falseAlarm.toPrecision(2)} sees no difference and would have seen one of ${percentText(material)} points`,
    pValue,
    detectable,
    verdict: verdictOfTest(worst.map((agreement) => agreement.agrees), isSharp(detectable, material)),
  }
}

/** The share with the interval that every output of a sweep shows. */
export function measuredShare({ successes, trials, gaps = 0 }: Counts): Measurement['measured'] {
  const { estimate: share, low, high, level, method } = estimate(successes, trials, gaps)
  return { unit: 'share', estimate: share, low, high, level, method, trials }
}

function verdictOfTest(agreements: readonly boolean[], sharp: boolean): Verdict {
  if (!agreements.includes(true)) return 'fail'
  return agreements.includes(false) || !sharp ? 'undecided' : 'pass'
}

/** Whether deviations from the material one on are seen, wherever the reference leaves room for them. */
function isSharp({ below, above }: Detectable, material: number): boolean {
  const deviations = [below, above].filter((deviation) => deviation !== null)
  return deviations.length > 0 && deviations.every((deviation) => deviation <= material)
}

function referenceText(reference: Reference): string {
  const share = `${percentText(reference.probability)}%`
  if ('trials' in reference) return `${share} of ${reference.trials.toLocaleString('en-US')}`
  return reference.standardError === 0 ? `${share}, exact` : `${share}, standard error ${percentText(reference.standardError)}%`
}

/**
 * The smallest deviations that the test of n trials against a reference sees with probability POWER. The reference is held
 * fixed, its error included in the test. Exact: the counts that the test rejects form two tails, whose edges are searched.
 */
export function detectableShare(trials: number, reference: Reference, falseAlarm: number): Detectable {
  const { probability } = reference
  const rejected = (successes: number): boolean => !agrees({ successes, trials }, reference, falseAlarm).agrees
  const middle = Math.round(trials * probability)
  const edgeBelow = lastInside(0, middle, (k) => rejected(k))
  const edgeAbove = trials - lastInside(0, trials - middle, (k) => rejected(trials - k))
  const below = rejected(0) && probability > 0 ? deviationSeen((d) => binomialTails(edgeBelow - 1, trials, probability - d).lower, probability) : null
  const above =
    rejected(trials) && probability < 1 ? deviationSeen((d) => binomialTails(edgeAbove + 1, trials, probability + d).upper, 1 - probability) : null
  return { below, above }
}

/** The least k in [from, to] that is not rejected, where rejection ends once on the way from `from` to `to`. */
function lastInside(from: number, to: number, rejected: (k: number) => boolean): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (rejected(middle)) low = middle + 1
    else high = middle
  }
  return low
}

const BISECTION_STEPS = 60

/** The least deviation in [0, most] from which on `probabilityOf` is POWER at least; it grows with the deviation. */
export function deviationSeen(probabilityOf: (deviation: number) => number, most: number): number | null {
  if (probabilityOf(most) < POWER) return null
  let [unseen, seen] = [0, most]
  for (let step = 0; step < BISECTION_STEPS; step += 1) {
    const middle = (unseen + seen) / 2
    if (probabilityOf(middle) < POWER) unseen = middle
    else seen = middle
  }
  return seen
}
