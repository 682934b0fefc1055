import type { CellDocument } from '@collapsar/sweep'
import type { CellMap, MapAxis } from '../cell-map.ts'
import { cut, printable } from '../text.ts'
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
/** Longer labels of an axis are cut, so that a cell with its number stays beside them. */
const MOST_LABEL = 20

interface Axis {
  readonly name: string
  /** Positions along the axis of the map, counted from 0. */
  readonly places: readonly number[]
  /** [place] */
  readonly labels: readonly string[]
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
  options: { readonly across: 'columns' | 'rows'; readonly columns: number; readonly paint: Paint },
): string[] {
  const entryAt = (column: number, row: number): Entry => {
    const cell = map.cellAt(column, row)
    return cell === null ? NO_CELL : entryOf(cell)
  }
  const [columns, rows] = [axisOf(map.columns), axisOf(map.rows)]
  const grid: Grid =
    options.across === 'rows'
      ? { down: columns, across: rows, entry: entryAt }
      : { down: rows, across: columns, entry: (down, across) => entryAt(across, down) }
  return draw(grid, options.columns, options.paint)
}

function axisOf({ name, labels }: MapAxis): Axis {
  return { name: printable(name), places: labels.map((_, place) => place), labels: labels.map((label) => cut(label, MOST_LABEL)) }
}

/** Widths in characters. */
interface Layout {
  readonly label: number
  readonly number: number
  readonly remark: number
}

function draw(grid: Grid, columns: number, paint: Paint): string[] {
  const layout = layoutOf(grid)
  return parts(grid.across.places, layout, columns).flatMap((across, index) => [
    ...(index === 0 ? [] : ['']),
    ...partLines({ ...grid, across: { ...grid.across, places: across } }, layout, paint),
  ])
}

function layoutOf(grid: Grid): Layout {
  const entries = grid.down.places.flatMap((down) => grid.across.places.map((across) => grid.entry(down, across)))
  const labels = grid.across.labels.map((text) => text.length)
  return {
    label: longest([grid.down.name.length, ...grid.down.labels.map((text) => text.length)]),
    number: longest([...labels, ...entries.map((entry) => entry.number.length)]),
    remark: longest(entries.map((entry) => entry.remark.length)),
  }
}

function longest(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => Math.max(a, b), 0)
}

/** The places cut into parts of nearly equal number, each narrow enough. */
function parts(places: readonly number[], layout: Layout, columns: number): number[][] {
  const room = columns - INDENT.length - layout.label
  const most = Math.max(1, Math.floor(room / (GAP.length + cellLength(layout))))
  const count = Math.ceil(places.length / most)
  const size = Math.ceil(places.length / count)
  const starts = places.flatMap((_, index) => (index % size === 0 ? [index] : []))
  return starts.map((start) => places.slice(start, start + size))
}

/** A number is shaded together with one space on either side. */
function cellLength(layout: Layout): number {
  return layout.number + 2 + layout.remark
}

function partLines(grid: Grid, layout: Layout, paint: Paint): string[] {
  const corner = INDENT + grid.down.name.padStart(layout.label)
  const margin = ' '.repeat(corner.length) + GAP
  const labels = grid.across.places.map((place) => GAP + cellText(grid.across.labels[place] ?? '', '', layout))
  return [
    `${margin} ${paint.dim(grid.across.name)}`,
    (paint.dim(corner) + labels.join('')).trimEnd(),
    ...grid.down.places.map((down) => rowLine(grid, down, layout, paint)),
  ]
}

function rowLine(grid: Grid, down: number, layout: Layout, paint: Paint): string {
  const cells = grid.across.places.map((across) => {
    const { number, remark, probability } = grid.entry(down, across)
    const field = ` ${number.padStart(layout.number)} `
    const shaded = probability === null ? field : paint.shade(field, probability)
    return GAP + shaded + (remark === '' ? '' : paint.dim(remark)) + ' '.repeat(layout.remark - remark.length)
  })
  return (INDENT + (grid.down.labels[down] ?? '').padStart(layout.label) + cells.join('')).trimEnd()
}

function cellText(number: string, remark: string, layout: Layout): string {
  return ` ${number.padStart(layout.number)} ${remark.padEnd(layout.remark)}`
}
