import { collapsedTrials } from '@collapsar/sweep'
import type { Histogram, SweepDocument } from '@collapsar/sweep'
import type { Counts } from '@collapsar/statistics'
import type { UncertainNumber } from './comparisons/number.ts'
import type { CellEvidence, Figure, SweepEvidence } from './target.ts'

/** How often a cell collapsed. */
export function collapsedOf({ tally, document }: CellEvidence): Counts {
  return { successes: collapsedTrials(tally), trials: tally.trials, gaps: document.gaps }
}

/** How often some hidden layer ended as zero on every point: collapse without what is only nearly constant. */
export function deadOf({ tally, document }: CellEvidence): Counts {
  return { successes: tally.outcomes.born_dead + tally.outcomes.died_in_training, trials: tally.trials, gaps: document.gaps }
}

/** How often a cell was born dead. */
export function bornDeadOf({ tally, document }: CellEvidence): Counts {
  return { successes: tally.outcomes.born_dead, trials: tally.trials, gaps: document.gaps }
}

/** The cell of a sweep at a depth and a width; null where it has none. */
export function cellAt(sweep: SweepEvidence | undefined, depth: number, width: number): CellEvidence | null {
  return sweep?.cells.find(({ spec }) => spec.depth === depth && spec.width === width) ?? null
}

/** The one cell of a sweep. @throws RangeError for a sweep of another size */
export function onlyCell(sweep: SweepEvidence | undefined): CellEvidence {
  const [cell, ...others] = sweep?.cells ?? []
  if (cell === undefined || others.length > 0) throw new RangeError(`expected a sweep of one cell, got ${sweep?.cells.length ?? 0}`)
  return cell
}

/** The cells of a sweep that have the same key, in the order of the first of each. */
export function groupsOf(sweep: SweepEvidence | undefined, keyOf: (cell: CellEvidence) => unknown): readonly (readonly CellEvidence[])[] {
  const groups = new Map<string, CellEvidence[]>()
  for (const cell of sweep?.cells ?? []) {
    const key = JSON.stringify(keyOf(cell))
    groups.set(key, [...(groups.get(key) ?? []), cell])
  }
  return [...groups.values()]
}

/** The document of a sweep. @throws RangeError where there is no such sweep */
export function documentOf(sweep: SweepEvidence | undefined): SweepDocument {
  if (sweep === undefined) throw new RangeError('expected the evidence of another sweep, got none')
  return sweep.document
}

/** The map of a sweep. @throws RangeError where there is no such sweep */
export function mapOf(sweep: SweepEvidence | undefined): Figure {
  return { kind: 'map', document: documentOf(sweep) }
}

/** The mean number of pieces over the trials that have a count, from the exact histogram. */
export function meanPieces({ tally }: CellEvidence): UncertainNumber {
  return histogramMean(tally.pieces)
}

function histogramMean({ bins, counts }: Histogram): UncertainNumber {
  let [trials, sum, squares] = [0, 0, 0]
  for (const [index, bin] of bins.entries()) {
    const count = bin === 0 ? 0 : (counts[index] ?? 0)
    trials += count
    sum += count * bin
    squares += count * bin * bin
  }
  const mean = sum / trials
  const variance = Math.max(0, squares / trials - mean * mean)
  return { value: mean, standardError: Math.sqrt(variance / Math.max(1, trials - 1)), trials }
}

/** Mean of values with its standard error. */
export function meanOf(values: readonly number[]): UncertainNumber {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return { value: mean, standardError: Math.sqrt(variance / values.length), trials: values.length }
}
