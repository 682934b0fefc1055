import type { SweepDocument } from '@collapsar/sweep'
import { placeText } from '../cell-map.ts'
import type { CellMap } from '../cell-map.ts'
import { countText } from '../percent.ts'
import { total } from '../summary.ts'
import { wrap } from '../text.ts'
import type { Paint } from './paint.ts'

/** Gaps named one by one before the rest is summed up. */
const NAMED = 8
const CONSEQUENCE = 'Marked ! above. Their intervals hold whether all of the lost trials collapsed or none.'

interface GapOptions {
  readonly columns: number
  readonly paint: Paint
}

/** The trials lost for good, cell by cell, and what that does to the intervals; nothing where none was. */
export function gapLines(document: SweepDocument, maps: readonly CellMap[], { columns, paint }: GapOptions): string[] {
  const damaged = maps.flatMap((map) =>
    map.rows.values.flatMap((_, row) =>
      map.columns.values.flatMap((_, column) => {
        const cell = map.cellAt(column, row)
        return cell === null || cell.gaps === 0 ? [] : [{ cell, place: placeText(map, column, row), heading: map.heading }]
      }),
    ),
  )
  if (damaged.length === 0) return []
  const lost = total(document, (cell) => cell.gaps)
  const lines = damaged.slice(0, NAMED).map(({ cell, place, heading }) => {
    return `${place}${heading === '' ? '' : `, ${heading}`}: ${countText(cell.gaps)} of ${countText(cell.inits)}`
  })
  const indented = (line: string): string[] => wrap(line, columns - 2).map((part) => `  ${part}`)
  const rest = damaged.length - lines.length
  return [
    paint.bold(`Lost: ${countText(lost)} trials`),
    ...[...lines, ...(rest > 0 ? [`and ${countText(rest)} more cells`] : [])].flatMap(indented),
    ...indented(CONSEQUENCE).map(paint.dim),
  ]
}
