import { initializationsNeeded } from '../born-dead/inactive.ts'
import { checkOpenUnit } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { estimate } from '../intervals/estimate.ts'
import type { EstimateOptions } from '../intervals/estimate.ts'
import type { IntervalMethod } from '../intervals/interval-methods.ts'

/** Trainings after which at least one has succeeded with the wanted certainty; null: no number is known to be enough. */
export interface RestartsNeeded {
  readonly certainty: number
  /** ceil(ln(1 - certainty) / ln p) at the observed share p of failures; null without trials, or if all failed. */
  readonly estimate: number | null
  /** The same at the ends of the interval of p. */
  readonly low: number
  readonly high: number | null
  readonly level: number
  readonly method: IntervalMethod
}

/**
 * How many independent trainings to start so that not all of them fail. The number rises with p, so the interval of p,
 * by default the anytime-valid one, becomes an interval of it at the same level.
 *
 * @param failures successes of these counts are trials that failed, collapsed ones for instance
 * @throws RangeError on impossible counts, or a certainty or level outside (0, 1).
 */
export function restartsNeeded(failures: Counts, certainty = 0.95, options: EstimateOptions = {}): RestartsNeeded {
  checkOpenUnit('certainty', certainty)
  const miss = 1 - certainty
  const share = estimate(failures.successes, failures.trials, failures.gaps, options)
  const { level, method } = share
  return {
    certainty,
    estimate: share.estimate === null ? null : finite(initializationsNeeded(miss, share.estimate)),
    low: initializationsNeeded(miss, share.low),
    high: finite(initializationsNeeded(miss, share.high)),
    level,
    method,
  }
}

function finite(restarts: number): number | null {
  return Number.isFinite(restarts) ? restarts : null
}
