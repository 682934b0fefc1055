import { checkOpenUnit } from '../counts.ts'
import { clopperPearson } from '../intervals/clopper-pearson.ts'
import { checkStarts } from './starts.ts'

/** A quantile of the least loss of K trainings; null where the trials put no bound on it, or it is that of a diverged one. */
export interface BestOfQuantile {
  readonly starts: number
  readonly quantile: number
  readonly estimate: number | null
  readonly low: number | null
  readonly high: number | null
}

export interface QuantileQuestion {
  /** K. */
  readonly starts: number
  /** The share of cases in which the best of K is at most the answer; 0.5, the median, unless said. */
  readonly quantile?: number
  /** 0.95 unless said. */
  readonly level?: number
}

/**
 * The loss t that the best of K independent trainings stays below in a given share of cases: P(min <= t) =
 * 1 - (1 - F(t))^K, hence the quantile 1 - (1 - share)^(1/K) of one training's loss. Its interval holds every t at which
 * Clopper and Pearson's interval for F(t) admits that value: free of any assumption on the law, for a number of trials
 * fixed beforehand, at each K. Losses that are not finite count as larger than any other, and need no clipping.
 *
 * @throws RangeError on K beyond n/3 (naming both), or a quantile or level outside (0, 1).
 */
export function bestOfQuantile(losses: ArrayLike<number>, question: QuantileQuestion): BestOfQuantile {
  const { starts, quantile = 0.5, level = 0.95 } = question
  const trials = losses.length
  checkStarts(starts, trials)
  checkOpenUnit('quantile', quantile)
  checkOpenUnit('level', level)
  const sorted = Float64Array.from(losses, (loss) => (Number.isNaN(loss) ? Infinity : loss)).toSorted()
  const share = -Math.expm1(Math.log1p(-quantile) / starts)
  /** The k-th smallest loss. */
  const at = (k: number): number | null => (Number.isFinite(sorted[k - 1]) ? (sorted[k - 1] ?? null) : null)
  // With k losses at or below it, t is possible once F(t) may be as large as the share, and until it surely is larger.
  const first = leastCount(trials, (k) => clopperPearson(k, trials, level).high >= share)
  const last = leastCount(trials, (k) => clopperPearson(k, trials, level).low >= share)
  return { starts, quantile, estimate: at(Math.max(1, Math.ceil(share * trials))), low: at(first), high: at(last) }
}

/** The least k in [0, trials] from which `holds`, else trials + 1. Bisects: the bounds rise with k. */
function leastCount(trials: number, holds: (k: number) => boolean): number {
  let [no, yes] = [-1, trials + 1]
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2)
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}
