import { checkCount, checkCounts } from '../counts.ts'
import { clopperPearson } from './clopper-pearson.ts'
import { confidenceSequence } from './confidence-sequence.ts'
import type { Interval } from './interval.ts'
import { jeffreys } from './jeffreys.ts'
import { wilson } from './wilson.ts'

/** Every two-sided interval on offer, by the name it carries wherever it is shown. */
export const INTERVAL_METHODS = {
  'confidence-sequence': confidenceSequence,
  wilson,
  jeffreys,
  'clopper-pearson': clopperPearson,
} as const

export type IntervalMethod = keyof typeof INTERVAL_METHODS

/**
 * The interval when the outcomes of `gaps` further trials are lost: its low end supposes that none of them was a
 * success, its high end that all were. Valid whatever made them disappear. `trials` counts known outcomes only.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a level outside (0, 1).
 */
export function intervalWithGaps(
  method: IntervalMethod,
  successes: number,
  trials: number,
  gaps: number,
  level = 0.95,
): Interval {
  checkCounts(successes, trials)
  checkCount('gaps', gaps)
  const interval = INTERVAL_METHODS[method]
  const none = interval(successes, trials + gaps, level)
  const all = gaps === 0 ? none : interval(successes + gaps, trials + gaps, level)
  return { low: none.low, high: all.high }
}
