import type { CellDocument } from '@collapsar/sweep'
import { placeText } from '../cell-map.ts'
import type { CellMap } from '../cell-map.ts'
import { hexColour, isLight } from '../colour-scale.ts'
import { undecidedLevels } from '../levels.ts'
import { alarmsOf } from '../overlay.ts'
import type { Overlay } from '../overlay.ts'
import { countText, estimateText, percent } from '../percent.ts'
import { element, text, title } from './element.ts'
import { bandHatch, hatchMark } from './hatches.ts'
import type { Layout } from './layout.ts'
import { INK } from './typography.ts'

/** What is drawn over the cells of one map. */
export interface MapOverlay {
  readonly overlay: Overlay
  /** Whether a fitted contour leaves the cell at a column and a row undecided. */
  inBand(column: number, row: number): boolean
}

/** Every place of a map, rows upwards, at the origin. */
export function cellMarks(map: CellMap, layout: Layout, { overlay, inBand }: MapOverlay): string {
  const rows = map.rows.values.map((_, row) => {
    return map.columns.values.map((_, column) => {
      const cell = map.cellAt(column, row)
      const box = boxOf(map, layout, { column, row })
      const place = placeText(map, column, row)
      if (cell === null || cell.collapse.estimate === null) return emptyMark(box, cell, place)
      const alarms = alarmsOf(cell, overlay)
      return cellMark({ cell, place, alarms, inBand: inBand(column, row) }, box, layout)
    })
  })
  return element('g', {}, ...rows.flat())
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the cell at a column and a row is drawn. */
export function boxOf(map: CellMap, layout: Layout, { column, row }: { column: number; row: number }): Box {
  const { cellWidth: width, cellHeight: height } = layout
  return { x: column * width, y: (map.rows.values.length - 1 - row) * height, width, height }
}

/** A place without data: white in a dotted border. */
export function emptyMark(box: Box, cell: CellDocument | null = null, place = ''): string {
  const inset = Math.min(2, box.width / 6, box.height / 6)
  const inner = { x: box.x + inset, y: box.y + inset, width: box.width - 2 * inset, height: box.height - 2 * inset }
  const style = { 'fill': '#ffffff', 'stroke': '#8c8c8c', 'stroke-width': 1, 'stroke-dasharray': '1 2.5' }
  const children = cell === null ? [] : [title(`${place}: nothing counted yet${lostText(cell)}`)]
  return element('rect', { ...inner, ...style }, ...children)
}

interface PlacedCell {
  readonly cell: CellDocument
  readonly place: string
  readonly alarms: readonly string[]
  readonly inBand: boolean
}

function cellMark(placed: PlacedCell, box: Box, layout: Layout): string {
  const { cell, inBand } = placed
  const probability = cell.collapse.estimate ?? 0
  const light = isLight(probability)
  const marks = [
    title(cellTitle(placed)),
    element('rect', { ...box, 'fill': hexColour(probability), 'stroke': '#ffffff', 'stroke-width': 0.5 }),
    ...(undecidedLevels(cell).length > 0 ? [hatchMark(box, light)] : []),
    ...(inBand ? [bandHatch(box, light)] : []),
    ...(cell.gaps > 0 ? [gapMark(box, light)] : []),
    ...(layout.numberSize === null ? [] : [numberMark(placed, box, layout.numberSize)]),
  ]
  return element('g', {}, ...marks)
}

/** A triangle in the upper right corner: some of the cell's trials were lost. */
export function gapMark(box: Box, light: boolean): string {
  const side = Math.min(8, box.width / 3, box.height / 3)
  const [right, top] = [box.x + box.width - 1, box.y + 1]
  return element('path', {
    d: `M${round(right - side)},${round(top)} H${round(right)} V${round(top + side)} Z`,
    fill: light ? INK : '#ffffff',
  })
}

/** The number; in a hatched cell it stands in a rim of the cell's colour. */
function numberMark({ cell, inBand }: PlacedCell, box: Box, size: number): string {
  const probability = cell.collapse.estimate ?? 0
  const rim = inBand || undecidedLevels(cell).length > 0 ? hexColour(probability) : 'none'
  return text(estimateText(cell.collapse), {
    'x': box.x + box.width / 2,
    'y': box.y + box.height / 2 + 0.36 * size,
    'font-size': size,
    'text-anchor': 'middle',
    'fill': isLight(probability) ? INK : '#ffffff',
    'stroke': rim,
    'stroke-width': 3,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  })
}

/** What the pointer shows: the place, k of n, the interval, alarms. */
function cellTitle({ cell, place, alarms }: PlacedCell): string {
  const { estimate, low, high } = cell.collapse
  const collapsed = Math.round((estimate ?? 0) * cell.trials)
  const count = `${countText(collapsed)} of ${countText(cell.trials)} collapsed${lostText(cell)}`
  const counted = `${place}: ${count}; ${percent(estimate ?? 0)}% [${percent(low)}, ${percent(high)}]`
  return [counted, ...alarms].join('; ')
}

function lostText(cell: CellDocument): string {
  return cell.gaps === 0 ? '' : `, ${countText(cell.gaps)} lost`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
