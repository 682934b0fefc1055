import type { CellDocument } from '@collapsar/sweep'

/** The probabilities whose boundaries a map shows: below 1% a shape is called safe, above 10% it is not. */
export const LEVELS = [0.01, 0.1] as const

/** The levels that lie strictly inside a cell's interval; none where nothing has been counted. */
export function undecidedLevels(cell: CellDocument): readonly number[] {
  const { estimate, low, high } = cell.collapse
  return estimate === null ? [] : LEVELS.filter((level) => low < level && level < high)
}
