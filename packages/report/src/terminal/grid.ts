import type { CellDocument } from '@collapsar/sweep'
import type { CellMap } from '../cell-map.ts'
import type { Paint } from './paint.ts'

/**
 * What one cell shows: a number, flush right and shaded by a probability, then what belongs to it, flush left.
 */
export interface Entry {
  readonly number: string
  readonly probability: number | null
  readonly remark: string
}

/** What stands where the sweep has no cell. */
const NO_CELL: Entry = { number: '', probability: null, remark: '' }
const INDENT = '  '
const GAP = '  '

interface Axis {
  readonly name: string
  readonly values: readonly number[]
}

interface Grid {
  readonly down: Axis
  readonly across: Axis
  entry(down: number, across: number): Entry
}

/**
 * Lines that show a map within `columns` characters, cut into parts one below the other where it is too wide.
 * @param across which of the two axes runs from left to right
 */
export function gridLines(
  map: CellMap,
  entryOf: (cell: CellDocument) => Entry,
  options: { readonly across: 'depth' | 'width'; readonly columns: number; readonly paint: Paint },
): string[] {
  const entryAt = (depth: number, width: number): Entry => {
    const cell = map.cellAt(depth, width)
    return cell === null ? NO_CELL : entryOf(cell)
  }
  const depth = { name: 'depth', values: map.depths }
  const width = { name: 'width', values: map.widths }
  const grid: Grid =
    options.across === 'width'
      ? { down: depth, across: width, entry: entryAt }
      : { down: width, across: depth, entry: (down, across) => entryAt(across, down) }
  return draw(grid, options.columns, options.paint)
}

/** Widths in characters. */
interface Layout {
  readonly label: number
  readonly number: number
  readonly remark: number
}

function draw(grid: Grid, columns: number, paint: Paint): string[] {
  const layout = layoutOf(grid)
  return parts(grid.across.values, layout, columns).flatMap((across, index) => [
    ...(index === 0 ? [] : ['']),
    ...partLines({ ...grid, across: { name: grid.across.name, values: across } }, layout, paint),
  ])
}

function layoutOf(grid: Grid): Layout {
  const entries = grid.down.values.flatMap((down) => grid.across.values.map((across) => grid.entry(down, across)))
  const labels = grid.across.values.map((value) => String(value).length)
  return {
    label: Math.max(grid.down.name.length, ...grid.down.values.map((value) => String(value).length)),
    number: longest([...labels, ...entries.map((entry) => entry.number.length)]),
    remark: longest(entries.map((entry) => entry.remark.length)),
  }
}

function longest(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => Math.max(a, b), 0)
}

/** The values cut into parts of nearly equal number, each narrow enough. */
function parts(values: readonly number[], layout: Layout, columns: number): number[][] {
  const room = columns - INDENT.length - layout.label
  const most = Math.max(1, Math.floor(room / (GAP.length + cellLength(layout))))
  const count = Math.ceil(values.length / most)
  const size = Math.ceil(values.length / count)
  const starts = values.flatMap((_, index) => (index % size === 0 ? [index] : []))
  return starts.map((start) => values.slice(start, start + size))
}

/** A number is shaded together with one space on either side. */
function cellLength(layout: Layout): number {
  return layout.number + 2 + layout.remark
}

function partLines(grid: Grid, layout: Layout, paint: Paint): string[] {
  const corner = INDENT + grid.down.name.padStart(layout.label)
  const margin = ' '.repeat(corner.length) + GAP
  const labels = grid.across.values.map((value) => GAP + cellText(String(value), '', layout))
  return [
    `${margin} ${paint.dim(grid.across.name)}`,
    (paint.dim(corner) + labels.join('')).trimEnd(),
    ...grid.down.values.map((down) => rowLine(grid, down, layout, paint)),
  ]
}

function rowLine(grid: Grid, down: number, layout: Layout, paint: Paint): string {
  const cells = grid.across.values.map((across) => {
    const { number, remark, probability } = grid.entry(down, across)
    const field = ` ${number.padStart(layout.number)} `
    const shaded = probability === null ? field : paint.shade(field, probability)
    return GAP + shaded + (remark === '' ? '' : paint.dim(remark)) + ' '.repeat(layout.remark - remark.length)
  })
  return (INDENT + String(down).padStart(layout.label) + cells.join('')).trimEnd()
}

function cellText(number: string, remark: string, layout: Layout): string {
  return ` ${number.padStart(layout.number)} ${remark.padEnd(layout.remark)}`
}
