import { clopperPearson } from '@collapsar/statistics'
import type { Counts } from '@collapsar/statistics'
import type { Measurement, ReferenceKind, Verdict } from '../measurement.ts'

const POWER_REACH = 1.21

/** Counts at one depth of a width. */
export interface DepthCounts {
  readonly depth: number
  readonly counts: Counts
}

/** The greatest depth at which a share stays at or below a level, to be held against a known one. */
export interface BoundaryComparison {
  readonly what: string
  /** Ascending depths without holes around the boundary. */
  readonly row: readonly DepthCounts[]
  readonly level: number
  readonly kind: ReferenceKind
  readonly reference: number
  /** Layers by which the two may differ. */
  readonly tolerance: number
  readonly falseAlarm: number
}

/**
 * Where a row crosses a level. The boundary lies between the depths up to which the level is surely kept and those from which on it
 * is surely passed, by exact intervals that hold at all depths of the row together.
 */
export function compareBoundary(comparison: BoundaryComparison): Measurement {
  const { what, row, level, kind, reference, tolerance, falseAlarm } = comparison
  const perDepth = 1 - falseAlarm / Math.max(1, row.length)
  const intervals = row.map(({ depth, counts }) => ({ depth, ...clopperPearson(counts.successes, counts.trials, perDepth) }))
  const low = lastBefore(intervals, ({ high }) => high > level)
  const high = lastBefore(intervals, (interval) => interval.low > level)
  const estimate = lastBefore(row, ({ counts }) => counts.successes > level * counts.trials)
  const trials = row.reduce((sum, { counts }) => sum + counts.trials, 0)
  return {
    what,
    measured: { unit: 'number', estimate, low, high, level: 1 - falseAlarm, method: 'clopper-pearson', trials },
    reference: { kind, text: `depth ${reference}`, value: reference, range: [reference - tolerance, reference + tolerance] },
    rule: `fails if no depth from ${reference - tolerance} to ${reference + tolerance} is possible, passes if no other is`,
    pValue: null,
    detectable: { below: shiftSeen(high - estimate, tolerance), above: shiftSeen(estimate - low, tolerance) },
    verdict: verdictOf({ low, high }, { low: reference - tolerance, high: reference + tolerance }),
  }
}

/**
 * Layers by which the boundary must be elsewhere: beyond the tolerance, the reach of the intervals and the sampling error of their
 * ends. At these levels the reach is about four standard errors, of which 0.84 give the power: a fifth of the reach, rounded up.
 */
function shiftSeen(reach: number, tolerance: number): number {
  return tolerance + 1 + Math.ceil(POWER_REACH * reach)
}

/** The depth before the first entry for which `passed` holds; the last depth of the row where it never does. */
function lastBefore<T extends { readonly depth: number }>(row: readonly T[], passed: (entry: T) => boolean): number {
  const first = row.findIndex(passed)
  if (first === -1) return row.at(-1)?.depth ?? NaN
  return (row[first]?.depth ?? NaN) - 1
}

interface Range {
  readonly low: number
  readonly high: number
}

function verdictOf(possible: Range, accepted: Range): Verdict {
  if (possible.low > accepted.high || possible.high < accepted.low) return 'fail'
  return possible.low >= accepted.low && possible.high <= accepted.high ? 'pass' : 'undecided'
}
