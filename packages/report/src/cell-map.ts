import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import { printable } from './text.ts'

/** One map of depth and width: the cells of a sweep that agree on every other swept parameter. */
export interface CellMap {
  /** The other swept parameters in words, `training.steps = 0`; empty without any. */
  readonly heading: string
  /** Ascending. */
  readonly depths: readonly number[]
  /** Ascending. */
  readonly widths: readonly number[]
  /** The cell at a depth and a width; null where the sweep has none. */
  cellAt(depth: number, width: number): CellDocument | null
}

/**
 * The maps of a sweep, in the order of its cells.
 * @throws RangeError where two cells would share a place: one of them would be hidden.
 */
export function mapsOf(document: SweepDocument): CellMap[] {
  const variants = new Map<string, CellDocument[]>()
  for (const cell of document.cells) {
    const key = JSON.stringify(cell.axes ?? {})
    const variant = variants.get(key)
    if (variant === undefined) variants.set(key, [cell])
    else variant.push(cell)
  }
  return [...variants.values()].map(mapOf)
}

function mapOf(cells: readonly CellDocument[]): CellMap {
  const places = new Map<string, CellDocument>()
  for (const cell of cells) {
    const place = `${cell.depth} ${cell.width}`
    if (places.has(place)) throw new RangeError(`two cells have depth ${cell.depth} and width ${cell.width}`)
    places.set(place, cell)
  }
  return {
    heading: axesText(cells[0]?.axes ?? {}),
    depths: distinct(cells.map((cell) => cell.depth)),
    widths: distinct(cells.map((cell) => cell.width)),
    cellAt: (depth, width) => places.get(`${depth} ${width}`) ?? null,
  }
}

function axesText(axes: Readonly<Record<string, unknown>>): string {
  return Object.entries(axes)
    .map(([name, value]) => `${printable(name)} = ${printable(axisValue(value))}`)
    .join(', ')
}

/** A string as it is, anything else as JSON. */
export function axisValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b)
}
