import type { CellDocument } from '@collapsar/sweep'
import type { CellMap } from '../cell-map.ts'
import { hexColour, isLight } from '../colour-scale.ts'
import { undecidedLevels } from '../levels.ts'
import { countText, estimateText, percent } from '../percent.ts'
import { element, text, title } from './element.ts'
import type { Layout } from './layout.ts'
import { INK } from './typography.ts'

/** Diagonal lines over undecided cells, dark on light colours and light on dark ones. */
export function hatchPatterns(): string {
  return element('defs', {}, hatchPattern('hatch-dark', INK, 0.34), hatchPattern('hatch-light', '#ffffff', 0.42))
}

function hatchPattern(id: string, stroke: string, opacity: number): string {
  const d = 'M-1.5,1.5 L1.5,-1.5 M0,6 L6,0 M4.5,7.5 L7.5,4.5'
  const line = element('path', { d, stroke, 'stroke-width': 1, 'stroke-opacity': opacity })
  return element('pattern', { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, line)
}

/** Every place of a map, widths upwards, at the origin. */
export function cellMarks(map: CellMap, layout: Layout): string {
  const rows = map.widths.map((width, index) => {
    const y = (map.widths.length - 1 - index) * layout.cellHeight
    return map.depths.map((depth, column) => {
      const cell = map.cellAt(depth, width)
      const box = { x: column * layout.cellWidth, y, width: layout.cellWidth, height: layout.cellHeight }
      return cell === null || cell.collapse.estimate === null ? emptyMark(cell, box) : cellMark(cell, box, layout)
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

/** A place without data: white in a dotted border. */
export function emptyMark(cell: CellDocument | null, box: Box): string {
  const inset = Math.min(2, box.width / 6, box.height / 6)
  const inner = { x: box.x + inset, y: box.y + inset, width: box.width - 2 * inset, height: box.height - 2 * inset }
  const style = { 'fill': '#ffffff', 'stroke': '#8c8c8c', 'stroke-width': 1, 'stroke-dasharray': '1 2.5' }
  const children = cell === null ? [] : [title(`${placeText(cell)}: nothing counted yet${lostText(cell)}`)]
  return element('rect', { ...inner, ...style }, ...children)
}

function cellMark(cell: CellDocument, box: Box, layout: Layout): string {
  const probability = cell.collapse.estimate ?? 0
  const light = isLight(probability)
  const marks = [
    title(cellTitle(cell)),
    element('rect', { ...box, 'fill': hexColour(probability), 'stroke': '#ffffff', 'stroke-width': 0.5 }),
    ...(undecidedLevels(cell).length > 0 ? [hatchMark(box, light)] : []),
    ...(cell.gaps > 0 ? [gapMark(box, light)] : []),
    ...(layout.numberSize === null ? [] : [numberMark(cell, box, layout.numberSize, light)]),
  ]
  return element('g', {}, ...marks)
}

export function hatchMark(box: Box, light: boolean): string {
  return element('rect', { ...box, fill: light ? 'url(#hatch-dark)' : 'url(#hatch-light)' })
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
function numberMark(cell: CellDocument, box: Box, size: number, light: boolean): string {
  const rim = undecidedLevels(cell).length > 0 ? hexColour(cell.collapse.estimate ?? 0) : 'none'
  return text(estimateText(cell.collapse), {
    'x': box.x + box.width / 2,
    'y': box.y + box.height / 2 + 0.36 * size,
    'font-size': size,
    'text-anchor': 'middle',
    'fill': light ? INK : '#ffffff',
    'stroke': rim,
    'stroke-width': 3,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  })
}

/** What the pointer shows: the place, k of n, the interval. */
function cellTitle(cell: CellDocument): string {
  const { estimate, low, high } = cell.collapse
  const collapsed = Math.round((estimate ?? 0) * cell.trials)
  const count = `${countText(collapsed)} of ${countText(cell.trials)} collapsed${lostText(cell)}`
  return `${placeText(cell)}: ${count}; ${percent(estimate ?? 0)}% [${percent(low)}, ${percent(high)}]`
}

function placeText(cell: CellDocument): string {
  return `depth ${cell.depth}, width ${cell.width}`
}

function lostText(cell: CellDocument): string {
  return cell.gaps === 0 ? '' : `, ${countText(cell.gaps)} lost`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
