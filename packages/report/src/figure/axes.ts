import type { CellMap, MapAxis } from '../cell-map.ts'
import { cut, printable } from '../text.ts'
import { element, text } from './element.ts'
import { shortLabel, SLANT_DEGREES, TICK_SIZE } from './layout.ts'
import type { Layout } from './layout.ts'
import { charactersIn, FAINT_INK, INK, numberWidth } from './typography.ts'

const NAME_SIZE = 12

/** What depth and width are, where there is room to say it. */
const EXPLAINED: Readonly<Record<string, { text: string; least: { columns: number; rows: number } }>> = {
  depth: { text: 'depth (affine layers)', least: { columns: 150, rows: 150 } },
  width: { text: 'width (units in a hidden layer)', least: { columns: 210, rows: 190 } },
}

/** Names and labels below the cells and to their left; the upper left corner of the cells is at the origin. */
export function axes(map: CellMap, layout: Layout): string {
  return element('g', {}, ...columnAxis(map, layout), ...rowAxis(map, layout))
}

function columnAxis({ columns, rows }: CellMap, layout: Layout): string[] {
  const bottom = rows.labels.length * layout.cellHeight
  const length = columns.labels.length * layout.cellWidth
  const ticks = layout.slanted ? slantedLabels(columns, bottom, layout) : levelLabels(columns, bottom, layout)
  return [...ticks, nameText(columns.name, length, 'columns', { x: length / 2, y: bottom + layout.gutterBelow - 10 })]
}

function levelLabels(axis: MapAxis, bottom: number, { cellWidth }: Layout): string[] {
  const widest = Math.max(...axis.labels.map((label) => numberWidth(label, TICK_SIZE)))
  return shown(axis, cellWidth, widest + 6).map(({ label, index }) =>
    labelText(label, { 'x': (index + 0.5) * cellWidth, 'y': bottom + 16, 'text-anchor': 'middle' }),
  )
}

/** Each label ends below the middle of its column. */
function slantedLabels(axis: MapAxis, bottom: number, { cellWidth }: Layout): string[] {
  return axis.labels.map((label, index) => {
    const [x, y] = [(index + 0.5) * cellWidth + 3, bottom + 12]
    const transform = `rotate(-${SLANT_DEGREES} ${Math.round(100 * x) / 100} ${Math.round(100 * y) / 100})`
    return labelText(label, { x, y, 'text-anchor': 'end', transform })
  })
}

function rowAxis({ rows }: CellMap, layout: Layout): string[] {
  const count = rows.labels.length
  const ticks = shown(rows, layout.cellHeight, TICK_SIZE + 3).map(({ label, index }) =>
    labelText(label, {
      'x': -8,
      'y': (count - 0.5 - index) * layout.cellHeight + 0.36 * TICK_SIZE,
      'text-anchor': 'end',
    }),
  )
  const [x, middle] = [16 - layout.gutterLeft, (count * layout.cellHeight) / 2]
  const transform = `rotate(-90 ${Math.round(100 * x) / 100} ${Math.round(100 * middle) / 100})`
  return [...ticks, nameText(rows.name, count * layout.cellHeight, 'rows', { x, y: middle, transform })]
}

type Place = Readonly<Record<string, string | number>>

function labelText(label: string, { x = 0, y = 0, 'text-anchor': anchor = 'middle', ...rest }: Place): string {
  return text(shortLabel(label), { x, y, 'font-size': TICK_SIZE, 'text-anchor': anchor, 'fill': INK, ...rest })
}

function nameText(name: string, length: number, side: 'columns' | 'rows', place: Place): string {
  const { text: long, least } = EXPLAINED[name] ?? { text: '', least: { columns: Infinity, rows: Infinity } }
  const content = length < least[side] ? nameWithin(name, length) : long
  return text(content, { ...place, 'font-size': NAME_SIZE, 'text-anchor': 'middle', 'fill': FAINT_INK })
}

/** A dotted name, or the end of it that fits beside the cells: `network.initScale`, `initScale`. */
function nameWithin(name: string, length: number): string {
  const room = Math.max(14, charactersIn(length + 40, NAME_SIZE))
  const parts = printable(name).split('.')
  const fitting = parts.map((_, index) => parts.slice(index).join('.')).find((candidate) => candidate.length <= room)
  return fitting ?? cut(parts.at(-1) ?? '', room)
}

/** Every label; where they would touch, multiples of 2, 5, ... of consecutive values, else every second, ... */
function shown({ values, labels }: MapAxis, step: number, least: number): { label: string; index: number }[] {
  const every = [1, 2, 5, 10, 20, 50, 100].find((candidate) => candidate * step >= least) ?? 200
  const consecutive = Number(values.at(-1)) - Number(values[0]) === values.length - 1
  return labels
    .map((label, index) => ({ label, index }))
    .filter(({ index }) => (consecutive ? Number(values[index]) : index) % every === 0)
}
