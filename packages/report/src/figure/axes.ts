import type { CellMap } from '../cell-map.ts'
import { element, text } from './element.ts'
import type { Layout } from './layout.ts'
import { FAINT_INK, INK, numberWidth } from './typography.ts'

const TICK_SIZE = 11
const NAME_SIZE = 12

/** Depth below the cells and width to their left; the upper left corner of the cells is at the origin. */
export function axes(map: CellMap, layout: Layout): string {
  return element('g', {}, ...depthAxis(map, layout), ...widthAxis(map, layout))
}

function depthAxis(map: CellMap, layout: Layout): string[] {
  const bottom = map.widths.length * layout.cellHeight
  const widest = Math.max(...map.depths.map((depth) => numberWidth(String(depth), TICK_SIZE)))
  const ticks = shown(map.depths, layout.cellWidth, widest + 6).map(({ value, index }) =>
    text(String(value), {
      'x': (index + 0.5) * layout.cellWidth,
      'y': bottom + 16,
      'font-size': TICK_SIZE,
      'text-anchor': 'middle',
      'fill': INK,
    }),
  )
  const middle = (map.depths.length * layout.cellWidth) / 2
  const name = map.depths.length * layout.cellWidth < 150 ? 'depth' : 'depth (affine layers)'
  return [...ticks, nameText(name, { x: middle, y: bottom + 36 })]
}

function widthAxis(map: CellMap, layout: Layout): string[] {
  const rows = map.widths.length
  const ticks = shown(map.widths, layout.cellHeight, TICK_SIZE + 3).map(({ value, index }) =>
    text(String(value), {
      'x': -8,
      'y': (rows - 0.5 - index) * layout.cellHeight + 0.36 * TICK_SIZE,
      'font-size': TICK_SIZE,
      'text-anchor': 'end',
      'fill': INK,
    }),
  )
  const middle = (rows * layout.cellHeight) / 2
  const name = rows * layout.cellHeight < 190 ? 'width' : 'width (units in a hidden layer)'
  const transform = `rotate(-90 -42 ${Math.round(100 * middle) / 100})`
  return [...ticks, nameText(name, { x: -42, y: middle, transform })]
}

function nameText(name: string, place: Readonly<Record<string, string | number>>): string {
  return text(name, { ...place, 'font-size': NAME_SIZE, 'text-anchor': 'middle', 'fill': FAINT_INK })
}

/** Every value; where they would touch, multiples of 2, 5, ... of consecutive values, else every second, ... */
function shown(values: readonly number[], step: number, least: number): { value: number; index: number }[] {
  const every = [1, 2, 5, 10, 20, 50, 100].find((candidate) => candidate * step >= least) ?? 200
  const consecutive = (values.at(-1) ?? 0) - (values[0] ?? 0) === values.length - 1
  return values
    .map((value, index) => ({ value, index }))
    .filter(({ value, index }) => (consecutive ? value : index) % every === 0)
}
