import { parseSweep } from './sweep.ts'
import type { CellCounts } from './surface.ts'

/** What a sweep reads of a cell, with the values of its other axes. */
export interface LabelledCell {
  readonly counts: CellCounts
  readonly axes: Readonly<Record<string, unknown>>
}

/** The cells of a sweep in its order. Labels are no part of a cell, so they are read from the file again. */
export function labelCells(source: unknown, cells: readonly CellCounts[]): readonly LabelledCell[] {
  const labels = parseSweep(source).cells
  return cells.map((counts, i) => ({ counts, axes: labels[i]?.axes ?? {} }))
}
