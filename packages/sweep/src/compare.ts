import { comparePairedMap } from '@collapsar/statistics'
import type { MapComparison, PairedCounts } from '@collapsar/statistics'
import { COLLAPSED, OUTCOMES } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import type { CellTrials } from './cell-trials.ts'
import { CollapsarError } from './errors.ts'

/** What may be compared: something that happened to a trial, or did not. */
export const COMPARED_EVENTS = ['collapse', 'born_dead', 'converged', 'diverged'] as const
export type ComparedEvent = (typeof COMPARED_EVENTS)[number]

/** A cell of either sweep, with the values of its other axes. */
export interface ComparedCell {
  readonly cell: string
  readonly spec: TrialSpec
  readonly inits: number
  readonly axes: Readonly<Record<string, unknown>>
}

export interface CellPair {
  readonly first: ComparedCell
  readonly second: ComparedCell
}

/** Two cells on the same initial networks. */
export interface PairComparison extends MapComparison {
  readonly depth: number
  readonly width: number
  /** Ids of the two cells. */
  readonly cells: readonly [string, string]
  /** Trials by what happened under the two settings. */
  readonly counts: Required<PairedCounts> & { readonly both: number; readonly neither: number }
}

/**
 * The cells of two sweeps that drew the same networks: the same seed, number of inputs, depth and width. Where axes give several of
 * one shape, those of the same place in either sweep's order are paired.
 * @throws CollapsarError `conflict` where no cell of the two can be paired
 */
export function pairCells(first: readonly ComparedCell[], second: readonly ComparedCell[]): CellPair[] {
  const waiting = [...second]
  const pairs = first.flatMap((cell) => {
    const place = waiting.findIndex(({ spec }) => drawnBy(spec) === drawnBy(cell.spec))
    return place < 0 ? [] : waiting.splice(place, 1).map((partner) => ({ first: cell, second: partner }))
  })
  if (pairs.length > 0) return pairs
  throw new CollapsarError(
    'conflict',
    'The sweeps share no depth and width with the same seed and number of inputs; only cells that draw the same networks can be compared.',
  )
}

function drawnBy({ seed, depth, width, problem }: TrialSpec): string {
  return [seed, problem.inputDim, depth, width].join(' ')
}

/** Of every pair, the trials of both that are known, and what they say: the level is split over the pairs. */
export function comparePairs(
  pairs: readonly CellPair[],
  trials: readonly (readonly [CellTrials, CellTrials])[],
  event: ComparedEvent,
): PairComparison[] {
  const counts = trials.map(([first, second]) => crossed(first, second, event))
  const comparisons = comparePairedMap(counts)
  return pairs.flatMap(({ first, second }, i) => {
    const [comparison, count] = [comparisons[i], counts[i]]
    if (comparison === undefined || count === undefined) return []
    const { depth, width } = first.spec
    return [{ depth, width, cells: [first.cell, second.cell] as const, counts: count, ...comparison }]
  })
}

/** Both lists ascend by trial: one pass over the two, as far as both go. A trial that is missing in either before that is a lost pair. */
function crossed(first: CellTrials, second: CellTrials, event: ComparedEvent): PairComparison['counts'] {
  const codes = eventCodes(event)
  const counts = { onlyFirst: 0, onlySecond: 0, both: 0, neither: 0, trials: 0, gaps: 0 }
  for (let i = 0, j = 0; i < first.trials.length && j < second.trials.length; ) {
    const [a = 0, b = 0] = [first.trials[i], second.trials[j]]
    if (a === b) {
      const [happened, again] = [codes.has(first.columns.outcome[i] ?? 0), codes.has(second.columns.outcome[j] ?? 0)]
      counts[happened ? (again ? 'both' : 'onlyFirst') : again ? 'onlySecond' : 'neither'] += 1
      counts.trials += 1
    }
    if (a <= b) i += 1
    if (b <= a) j += 1
  }
  const end = Math.min(first.trials.at(-1) ?? -1, second.trials.at(-1) ?? -1) + 1
  return { ...counts, gaps: end - counts.trials }
}

function eventCodes(event: ComparedEvent): ReadonlySet<number> {
  const outcomes = event === 'collapse' ? COLLAPSED : [event]
  return new Set(outcomes.map((outcome) => OUTCOMES.indexOf(outcome)))
}
