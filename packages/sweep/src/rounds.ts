import { decideRound } from '@collapsar/statistics'
import type { AllocationCell, Round } from '@collapsar/statistics'
import { BLOCK_TRIALS } from './block.ts'
import { trialFlops } from './cost.ts'
import { collapsedTrials } from './surface.ts'
import type { CellCounts } from './surface.ts'
import type { Until } from './sweep-file.ts'

/** Trials of every cell in the first round. */
export function firstGoal({ maxInits }: Until): number {
  return Math.min(BLOCK_TRIALS, maxInits)
}

/**
 * The trials [0, n) that each cell is asked for in the next round, in the cells' order; null when no round follows: every cell is decided
 * or has all the trials it may have. A function of the counts of exactly the trials that earlier rounds asked for, so trials that
 * exist already make a sweep cheaper, never different.
 */
export function nextGoals(cells: readonly CellCounts[], until: Until): readonly number[] | null {
  const { requests } = roundAfter(cells, until)
  if (requests.length === 0) return null
  const wanted = new Map(requests.map(({ cell, to }) => [cell, to]))
  return cells.map(({ inits }, index) => wanted.get(index) ?? inits)
}

function roundAfter(cells: readonly CellCounts[], { confidence, decide, maxInits }: Until): Round {
  return decideRound(cells.map(allocationCell), { levels: decide, confidence, maxTrials: maxInits })
}

/** Work by the static cost model: a measured speed would make other decisions on other machines. */
function allocationCell({ spec, tally, gaps }: CellCounts): AllocationCell {
  const { depth: x, width: y } = spec
  return { x, y, cost: trialFlops(spec), successes: collapsedTrials(tally), trials: tally.trials, gaps }
}

/** Cells whose anytime-valid interval leaves every level on one side: by the rule that the rounds go by. */
export function decidedCells(cells: readonly CellCounts[], until: Until): number {
  return roundAfter(cells, until).cells.filter(({ status }) => status === 'settled').length
}
