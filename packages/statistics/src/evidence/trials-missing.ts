import type { Counts } from '../counts.ts'
import { realEvidenceAbove, realEvidenceBelow } from './one-sided.ts'

/** How far an undecided cell is from a verdict. */
export interface TrialsMissing {
  /** The verdict that its present rate leads to. */
  readonly toward: 'safe' | 'unsafe'
  /** Further trials after which it is due if they collapse at the present rate exactly. */
  readonly trials: number
}

/** No sweep has more trials in a cell. */
const MOST_TRIALS = 2 ** 50

/**
 * The number of further trials expected to be missing for a verdict on "P < below", at the present rate of the known
 * outcomes; trials lost so far stay counted against either verdict. Null without trials, or where the rate is so near
 * `below` that no sweep decides it. An expectation, not a promise: the rate itself is only an estimate.
 */
export function trialsMissing(
  { successes, trials, gaps = 0 }: Counts,
  { below, confidence }: { readonly below: number; readonly confidence: number },
): TrialsMissing | null {
  if (trials === 0) return null
  const needed = -Math.log1p(-confidence)
  const rate = successes / trials
  const toward = rate < below ? 'safe' : 'unsafe'
  const decided = (further: number): boolean => {
    const n = trials + gaps + further
    const known = successes + rate * further
    const evidence = toward === 'safe' ? realEvidenceBelow(known + gaps, n, below) : realEvidenceAbove(known, n, below)
    return evidence >= needed
  }
  let enough = 1
  while (enough < MOST_TRIALS && !decided(enough)) enough *= 2
  if (enough >= MOST_TRIALS) return null
  return { toward, trials: leastBetween(Math.floor(enough / 2), enough, decided) }
}

/** The least integer in (low, high] from which `holds`, which is false at `low` and true at `high`. */
function leastBetween(low: number, high: number, holds: (value: number) => boolean): number {
  let [no, yes] = [low, high]
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2)
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}
