import { checkOpenUnit } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { bisect } from '../special/bisect.ts'
import { safeEvidence } from './one-sided.ts'

/**
 * The upper bound that goes with `safeEvidence`: "safe" at `confidence` holds for exactly the thresholds above it. Below p
 * with probability at most 1 - confidence, however often one looks; lost trials count as successes. 1 without trials,
 * or where every trial is a success.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a confidence outside (0, 1).
 */
export function safeUpperBound(counts: Counts, confidence = 0.95): number {
  checkOpenUnit('confidence', confidence)
  const needed = -Math.log1p(-confidence)
  const { successes, trials, gaps = 0 } = counts
  const share = (successes + gaps) / (trials + gaps)
  const highest = 1 - Number.EPSILON
  if (trials + gaps === 0 || share >= highest || safeEvidence(counts, highest) < needed) return 1
  // Nothing speaks against the share itself.
  return bisect(highest, Math.max(share, Number.MIN_VALUE), (p) => safeEvidence(counts, p) >= needed)
}
