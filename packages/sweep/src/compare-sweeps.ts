import type { TrialReader } from './cell-best-of.ts'
import type { CellTrials } from './cell-trials.ts'
import { comparePairs, pairCells } from './compare.ts'
import type { CellPair, ComparedCell, ComparedEvent, PairComparison } from './compare.ts'
import type { LabelledCell } from './label-cells.ts'

/** The cells of two sweeps that can be compared. @throws CollapsarError `conflict` where there are none */
export function comparablePairs(first: readonly LabelledCell[], second: readonly LabelledCell[]): readonly CellPair[] {
  return pairCells(first.map(compared), second.map(compared))
}

function compared({ counts: { cell, spec, inits }, axes }: LabelledCell): ComparedCell {
  return { cell, spec, inits, axes }
}

/** What the trials of both sides say of every pair; they are read cell by cell. */
export async function compareSweeps(
  reader: Pick<TrialReader, 'cellTrials'>,
  pairs: readonly CellPair[],
  event: ComparedEvent,
): Promise<readonly PairComparison[]> {
  const trials: [CellTrials, CellTrials][] = []
  for (const { first, second } of pairs) {
    trials.push([await reader.cellTrials(first.cell, first.inits), await reader.cellTrials(second.cell, second.inits)])
  }
  return comparePairs(pairs, trials, event)
}
