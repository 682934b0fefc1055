import { progressOf } from '@collapsar/client'
import type { CellStanding, SweepProgress, SweepSummary } from '@collapsar/client'
import type { SweepCell, SweepRecord } from '@collapsar/store'
import { collapsedTrials, collapseEstimate } from '@collapsar/sweep'
import { summaryOf } from '../resources.ts'

/** What is told of a sweep, at one look. */
export interface Standing {
  readonly sweep: SweepSummary
  readonly progress: SweepProgress
  /** In the sweep's order. */
  readonly cells: readonly CellStanding[]
}

/** A cell that counts what it counted before keeps its object: intervals are computed, and told, only for those that changed. */
export function standingOf(sweep: SweepRecord, cells: readonly SweepCell[], previous: Standing | null): Standing {
  return {
    sweep: summaryOf(sweep),
    progress: progressOf(cells),
    cells: cells.map((counts, position) => {
      const before = previous?.cells[position]
      return before !== undefined && saysTheSame(before, counts) ? before : cellStanding(counts, position)
    }),
  }
}

/** The cells of `next` that are not those of `previous`. */
export function changedCells(previous: Standing, next: Standing): readonly CellStanding[] {
  return next.cells.filter((cell, position) => cell !== previous.cells[position])
}

/** Whether anything is to be told at all. */
export function isChanged(previous: Standing, next: Standing): boolean {
  return changedCells(previous, next).length > 0 || facts(previous) !== facts(next)
}

export function hasEnded({ sweep: { state } }: Standing): boolean {
  return state === 'done' || state === 'cancelled'
}

function facts({ sweep, progress }: Standing): string {
  return JSON.stringify([sweep, progress])
}

function saysTheSame(before: CellStanding, { cell, inits, tally, gaps }: SweepCell): boolean {
  return (
    before.cell === cell &&
    before.inits === inits &&
    before.trials === tally.trials &&
    before.gaps === gaps &&
    before.collapsed === collapsedTrials(tally)
  )
}

function cellStanding(counts: SweepCell, position: number): CellStanding {
  const { cell, spec, inits, tally, gaps } = counts
  const { estimate, low, high } = collapseEstimate(counts)
  const { depth, width } = spec
  return { position, cell, depth, width, inits, trials: tally.trials, gaps, collapsed: collapsedTrials(tally), estimate, low, high }
}
