import { intervalWithGaps } from './interval-methods.ts'
import type { IntervalMethod } from './interval-methods.ts'

/** A probability as it is shown: a point, an interval, and what the interval is. */
export interface Estimate {
  /** successes / trials over the known outcomes; null without any. */
  readonly estimate: number | null
  readonly low: number
  readonly high: number
  readonly level: number
  readonly method: IntervalMethod
}

export interface EstimateOptions {
  readonly method?: IntervalMethod
  readonly level?: number
}

/**
 * Point and interval from counts; by default the 95% confidence sequence. Lost trials widen the interval to the two
 * worst cases and leave the point alone, which lies inside either way.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a level outside (0, 1).
 */
export function estimate(
  successes: number,
  trials: number,
  gaps = 0,
  { method = 'confidence-sequence', level = 0.95 }: EstimateOptions = {},
): Estimate {
  const { low, high } = intervalWithGaps(method, successes, trials, gaps, level)
  return { estimate: trials === 0 ? null : successes / trials, low, high, level, method }
}
