import type { CellMap } from '../cell-map.ts'
import { numberText } from '../axis-labels.ts'
import type { Contour } from '../overlay.ts'
import { printable, wrap } from '../text.ts'
import type { Paint } from './paint.ts'

/**
 * For each fitted contour the largest column value below its level, row by row, with the ends of its band:
 * `width 2: 3 [2, 4]`; – where no column is below.
 */
export function contourSections(
  contours: readonly Contour[],
  map: CellMap,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[][] {
  const name = printable(map.columns.name)
  return contours.map((contour) => {
    const entries = map.rows.labels.map((label, row) => `${printable(map.rows.name)} ${label}: ${rangeText(contour, row)}`)
    const lines = wrap(entries.join('; '), columns - 2).map((line) => `  ${line}`)
    const heading = `Largest ${name} below ${numberText(100 * contour.level)}%, fitted [at least, at most]`
    return [...wrap(heading, columns).map(paint.bold), ...lines]
  })
}

function rangeText({ staircase, low, high }: Contour, row: number): string {
  const text = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : numberText(value))
  return `${text(staircase[row])} [${text(low[row])}, ${text(high[row])}]`
}
