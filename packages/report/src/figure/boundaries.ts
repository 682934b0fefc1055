import type { BornDeadTheory, CellDocument } from '@collapsar/sweep'
import { bornDeadValue } from '../born-dead.ts'
import type { CellMap } from '../cell-map.ts'
import { LEVELS } from '../levels.ts'
import { staircases } from './boundary.ts'
import type { Corner, ValueGrid } from './boundary.ts'
import { element } from './element.ts'
import type { Layout } from './layout.ts'
import { INK } from './typography.ts'

/** Which curve stands for the theory of being born dead, and how the legend calls it. */
export interface TheoryCurve {
  readonly label: string
  valueOf(theory: BornDeadTheory): number | null
}

/** The value where some cell has one, else the proved upper bound; null where no theorem applies to any cell. */
export function theoryCurve(cells: readonly CellDocument[]): TheoryCurve | null {
  const theories = cells.map((cell) => cell.theory.bornDead)
  const candidates: readonly TheoryCurve[] = [
    { label: 'born dead, theory', valueOf: bornDeadValue },
    { label: 'born dead, upper bound', valueOf: ({ upper }) => upper },
  ]
  return candidates.find(({ valueOf }) => theories.some((theory) => valueOf(theory) !== null)) ?? null
}

/** The staircases of the estimate, solid, and of the theory, dashed, at 1% (thin) and 10% (thick). */
export function boundaryMarks(map: CellMap, theory: TheoryCurve | null, layout: Layout): string {
  const paths = (valueOf: (cell: CellDocument) => number | null): string[] =>
    LEVELS.map((level) => pathOf(linesOf(map, valueOf, level), layout))
  const measured = paths((cell) => cell.collapse.estimate).map(solidLine)
  const predicted = theory === null ? [] : paths((cell) => theory.valueOf(cell.theory.bornDead)).map(dashedLine)
  return element('g', { fill: 'none' }, ...measured, ...predicted)
}

/** Stroke width of the level with this index in LEVELS. */
export function strokeWidth(index: number): number {
  return index === 0 ? 1.75 : 3.5
}

/** Dark, with a white rim that keeps it visible on dark cells. */
export function solidLine(d: string, index: number): string {
  if (d === '') return ''
  const width = strokeWidth(index)
  const line = { d, 'stroke-linejoin': 'round' }
  const rim = element('path', { ...line, 'stroke': '#ffffff', 'stroke-width': width + 2.5 })
  return rim + element('path', { ...line, 'stroke': INK, 'stroke-width': width })
}

/** Dashes with a white rim of their own, so that they also show on a solid line that they coincide with. */
export function dashedLine(d: string, index: number): string {
  if (d === '') return ''
  const width = strokeWidth(index)
  const dashes = { d, 'stroke-dasharray': '7 6', 'stroke-linejoin': 'round' }
  const rim = element('path', { ...dashes, 'stroke': '#ffffff', 'stroke-width': width + 2.5 })
  return rim + element('path', { ...dashes, 'stroke': '#0b7f8c', 'stroke-width': width })
}

function linesOf(map: CellMap, valueOf: (cell: CellDocument) => number | null, level: number): Corner[][] {
  return mapStaircases(map, level, (column, row) => {
    const cell = map.cellAt(column, row)
    return cell === null ? null : valueOf(cell)
  })
}

/** The staircases of a value given by column and row, which on a map runs upwards. */
export function mapStaircases(map: CellMap, level: number, valueAt: ValueGrid['valueAt']): Corner[][] {
  const [columns, rows] = [map.columns.values.length, map.rows.values.length]
  const within = (column: number, row: number): boolean => column < columns && row < rows
  const fromTop = (column: number, row: number): number | null =>
    within(column, row) ? valueAt(column, rows - 1 - row) : null
  return staircases({ columns, rows, valueAt: fromTop }, level)
}

export function pathOf(lines: readonly Corner[][], layout: Layout): string {
  const point = ([x, y]: Corner): string => `${round(x * layout.cellWidth)},${round(y * layout.cellHeight)}`
  return lines.map((line) => `M${line.map(point).join(' L')}`).join(' ')
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
