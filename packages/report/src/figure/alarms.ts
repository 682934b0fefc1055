import type { CellMap } from '../cell-map.ts'
import { alarmLines } from '../alarm-lines.ts'
import { alarmsOf } from '../overlay.ts'
import type { Overlay } from '../overlay.ts'
import { lines } from './captions.ts'
import type { Caption } from './captions.ts'
import { boxOf } from './cells.ts'
import type { Box } from './cells.ts'
import type { Layout } from './layout.ts'
import { element, text } from './element.ts'
import { INK } from './typography.ts'

/** The marks of one map, to be drawn over its boundaries. */
export function alarmMarks(map: CellMap, layout: Layout, overlay: Overlay): string {
  return map.rows.values
    .flatMap((_, row) =>
      map.columns.values.map((_, column) => {
        const cell = map.cellAt(column, row)
        const isAlarmed = cell !== null && alarmsOf(cell, overlay).length > 0
        return isAlarmed ? alarmMark(boxOf(map, layout, { column, row })) : ''
      }),
    )
    .join('')
}

/** Around a cell that contradicts what has been proved: a ring, dark on white, and an exclamation mark where it fits. */
export function alarmMark(box: Box): string {
  const inset = Math.min(2.5, box.width / 8, box.height / 8)
  const inner = { x: box.x + inset, y: box.y + inset, width: box.width - 2 * inset, height: box.height - 2 * inset }
  const rings = [['#ffffff', 5], [INK, 2.5]] as const
  const ring = rings.map(([stroke, width]) =>
    element('rect', { ...inner, 'fill': 'none', 'stroke': stroke, 'stroke-width': Math.min(width, 2 * inset) }),
  )
  return element('g', {}, ...ring, box.height < 14 || box.width < 14 ? '' : badge(box))
}

/** In the upper left corner; lost trials have the upper right one. */
function badge(box: Box): string {
  const radius = Math.min(6, box.height / 3.2)
  const [cx, cy] = [box.x + radius + 1, box.y + radius + 1]
  const style = { 'font-size': 1.7 * radius, 'font-weight': 'bold', 'text-anchor': 'middle', 'fill': '#ffffff' }
  return (
    element('circle', { cx, cy, 'r': radius, 'fill': INK, 'stroke': '#ffffff', 'stroke-width': 1.2 }) +
    text('!', { x: cx, y: cy + 0.6 * radius, ...style })
  )
}

/** The alarms in words, one a line; nothing without any. */
export function alarmCaption(maps: readonly CellMap[], overlay: Overlay, width: number): Caption[] {
  const style = { width, size: 11, line: 16, colour: INK }
  let height = 0
  const placed = alarmLines(maps, overlay).map((line, index) => {
    const caption = lines(line, { ...style, bold: index === 0 })
    const markup = element('g', { transform: `translate(0 ${height})` }, caption.markup)
    height += caption.height
    return markup
  })
  return placed.length === 0 ? [] : [{ markup: placed.join(''), height }]
}
