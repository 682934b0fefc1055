import { checkOpenUnit, checkProbability } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { intervalWithGaps } from '../intervals/interval-methods.ts'
import type { Interval } from '../intervals/interval.ts'
import { normalUpperQuantile } from '../special/normal-quantile.ts'

/** A probability known from theory: a closed form (standard error 0) or a simulation of fixed size. */
export interface KnownProbability {
  readonly estimate: number
  readonly standardError: number
}

/** The two strata of collapse: being born dead, and dying although born alive. */
export interface Strata {
  /** b: successes of the counts are networks born dead, decided without training; or b by theory. */
  readonly bornDead: Counts | KnownProbability
  /** r: successes are networks that died, trials those born alive and trained. */
  readonly diedAlive: Counts
}

/** p = b + (1 - b) r, the probability of having collapsed in either way. */
export interface StratifiedEstimate {
  /** Null where a stratum has no trials. */
  readonly estimate: number | null
  /** (1 - r)^2 Var(b) + (1 - b)^2 r (1 - r) / n_r, at the estimates; null with them. */
  readonly variance: number | null
  readonly low: number
  readonly high: number
  readonly level: number
  readonly bornDead: Interval
  readonly diedAlive: Interval
}

/**
 * The probability of collapse from two strata, so that no born-dead network is trained: b from cheap forward passes or
 * theory, r from trained networks that were born alive. 1 - p = (1 - b)(1 - r), hence the interval
 * 1 - (1 - b)(1 - r) of the two confidence sequences, each at 1 - alpha/2 (r alone at 1 - alpha where b is a closed form):
 * valid however often one looks, whether or not the strata share trials. A simulated b has a normal interval, sound for
 * the thousands of chains behind it. Lost trials widen it to the worst cases.
 *
 * @throws RangeError on impossible counts, an estimate outside [0, 1], a negative standard error, or a level outside (0, 1).
 */
export function stratifiedEstimate({ bornDead, diedAlive }: Strata, level = 0.95): StratifiedEstimate {
  checkOpenUnit('level', level)
  const first = bornDeadPart(bornDead, (1 + level) / 2)
  const second = countedPart(diedAlive, isClosedForm(bornDead) ? level : (1 + level) / 2)
  const [b, r] = [first.share, second.share]
  const known = b !== null && r !== null
  return {
    estimate: known ? eitherOf(b, r) : null,
    variance: known ? ((1 - r) * (first.standardError ?? 0)) ** 2 + ((1 - b) * (second.standardError ?? 0)) ** 2 : null,
    low: eitherOf(first.interval.low, second.interval.low),
    high: eitherOf(first.interval.high, second.interval.high),
    level,
    bornDead: first.interval,
    diedAlive: second.interval,
  }
}

/** Null without trials. */
interface Part {
  readonly share: number | null
  readonly standardError: number | null
  readonly interval: Interval
}

/** Needs no share of the level. Counts with no success have standard error 0, too, but are not known. */
function isClosedForm(bornDead: Strata['bornDead']): boolean {
  return 'standardError' in bornDead && bornDead.standardError === 0
}

function bornDeadPart(bornDead: Strata['bornDead'], level: number): Part {
  if ('trials' in bornDead) return countedPart(bornDead, level)
  const { estimate, standardError } = bornDead
  checkProbability('estimate', estimate)
  if (!(standardError >= 0)) throw new RangeError(`standardError must not be negative, got ${standardError}`)
  const reach = standardError === 0 ? 0 : standardError * normalUpperQuantile((1 - level) / 2)
  const interval = { low: Math.max(0, estimate - reach), high: Math.min(1, estimate + reach) }
  return { share: estimate, standardError, interval }
}

function countedPart({ successes, trials, gaps = 0 }: Counts, level: number): Part {
  const interval = intervalWithGaps('confidence-sequence', successes, trials, gaps, level)
  if (trials === 0) return { share: null, standardError: null, interval }
  const share = successes / trials
  return { share, standardError: Math.sqrt((share * (1 - share)) / trials), interval }
}

function eitherOf(b: number, r: number): number {
  return b + (1 - b) * r
}
