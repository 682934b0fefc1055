import type { CellMap } from '../cell-map.ts'
import { LEVELS } from '../levels.ts'
import type { Contour } from '../overlay.ts'
import { mapStaircases, pathOf, strokeWidth } from './boundaries.ts'
import { element } from './element.ts'
import type { Layout } from './layout.ts'

/** Blue of the luminance of a dark grey. */
const COLOUR = '#1f4e9c'

/** Staircases of the fit, thin and thick as those of the measurement, to be drawn before these. */
export function contourMarks(contours: readonly Contour[], map: CellMap, layout: Layout): string {
  return contours
    .map(({ level, staircase }) => {
      const isAbove = (column: number, row: number): number => (isWithin(map, staircase, column, row) ? 0 : 1)
      return fittedLine(pathOf(mapStaircases(map, 0.5, isAbove), layout), level)
    })
    .join('')
}

/** A double line: a boundary that coincides with it runs visibly between its two strokes. */
export function fittedLine(d: string, level: number): string {
  if (d === '') return ''
  const inner = strokeWidth(level < LEVELS[1] ? 0 : 1) + 2.5
  const line = { d, 'fill': 'none', 'stroke-linejoin': 'round' }
  const strokes = [['#ffffff', inner + 5], [COLOUR, inner + 3.5], ['#ffffff', inner]] as const
  return strokes.map(([stroke, width]) => element('path', { ...line, stroke, 'stroke-width': width })).join('')
}

/** Whether a cell lies between the two ends of a contour's band. */
export function isInBand(contours: readonly Contour[], map: CellMap): (column: number, row: number) => boolean {
  return (column, row) =>
    contours.some(({ low, high }) => isWithin(map, high, column, row) && !isWithin(map, low, column, row))
}

/** Whether the column's value is at most that of the staircase in this row. */
function isWithin(map: CellMap, staircase: readonly (number | null)[], column: number, row: number): boolean {
  const last = staircase[row] ?? null
  return last !== null && Number(map.columns.values[column]) <= last
}
