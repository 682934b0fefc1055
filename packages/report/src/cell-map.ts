import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import { axisLabels, axisValue } from './axis-labels.ts'
import { chosenAxes, parameterOf } from './map-axes.ts'
import type { MapAxes } from './map-axes.ts'
import { printable } from './text.ts'

/** One direction of a map: the values of a swept parameter. */
export interface MapAxis {
  /** `depth`, `width`, or the dotted name of another swept parameter. */
  readonly name: string
  /** Ascending where all are numbers, else in the order of the sweep. */
  readonly values: readonly unknown[]
  /** [value]; what stands beside it. */
  readonly labels: readonly string[]
}

/** One map over two swept parameters: the cells of a sweep that agree on every other one. */
export interface CellMap {
  /** The other swept parameters in words, `training.steps = 0`; empty without any. */
  readonly heading: string
  /** To the right. */
  readonly columns: MapAxis
  /** Upwards. */
  readonly rows: MapAxis
  /** The cell at a column and a row, counted from 0; null where the sweep has none. */
  cellAt(column: number, row: number): CellDocument | null
}

/**
 * The maps of a sweep, in the order of its cells.
 * @param axes the parameters to span the maps; by default depth and width where both vary, else the two that vary
 * @throws RangeError where two cells would share a place: one of them would be hidden.
 * @throws CollapsarError `invalid-request` where the sweep has no parameter of that name.
 */
export function mapsOf(document: SweepDocument, axes: MapAxes = {}): CellMap[] {
  const chosen = chosenAxes(document.cells, axes)
  const variants = new Map<string, CellDocument[]>()
  for (const cell of document.cells) {
    const key = JSON.stringify(remaining(cell, chosen))
    const variant = variants.get(key)
    if (variant === undefined) variants.set(key, [cell])
    else variant.push(cell)
  }
  return [...variants.values()].map((cells) => mapOf(cells, chosen))
}

/** The parameters that do not span the map, with their values at a cell. */
function remaining(cell: CellDocument, { columns, rows }: Required<MapAxes>): [name: string, value: unknown][] {
  const parameters = Object.entries({ depth: cell.depth, width: cell.width, ...cell.axes })
  return parameters.filter(([name]) => name !== columns && name !== rows)
}

function mapOf(cells: readonly CellDocument[], chosen: Required<MapAxes>): CellMap {
  const [columns, rows] = [axisOf(cells, chosen.columns), axisOf(cells, chosen.rows)]
  const places = new Map<string, CellDocument>()
  const placeOf = (column: unknown, row: unknown): string => JSON.stringify([column, row])
  for (const cell of cells) {
    const [column, row] = [parameterOf(cell, columns.name), parameterOf(cell, rows.name)]
    const place = placeOf(column, row)
    if (places.has(place)) {
      throw new RangeError(`two cells have ${columns.name} ${axisValue(column)} and ${rows.name} ${axisValue(row)}`)
    }
    places.set(place, cell)
  }
  const [first] = cells
  return {
    heading: first === undefined ? '' : remaining(first, chosen).map(parameterText).join(', '),
    columns,
    rows,
    cellAt: (column, row) => places.get(placeOf(columns.values[column], rows.values[row])) ?? null,
  }
}

function parameterText([name, value]: readonly [name: string, value: unknown]): string {
  return `${printable(name)} = ${printable(axisValue(value))}`
}

/** What a cell is called by its place in a map: `depth 10, width 2`. */
export function placeText(map: CellMap, column: number, row: number): string {
  return [[map.columns, column] as const, [map.rows, row] as const]
    .map(([axis, index]) => `${printable(axis.name)} ${printable(axisValue(axis.values[index]))}`)
    .join(', ')
}

function axisOf(cells: readonly CellDocument[], name: string): MapAxis {
  const values = distinct(cells.map((cell) => parameterOf(cell, name)))
  const sorted = values.every((value) => typeof value === 'number') ? values.toSorted((a, b) => a - b) : values
  return { name, values: sorted, labels: axisLabels(sorted) }
}

/** Values that are equal as JSON are one. */
function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value) ?? '', value])).values()]
}
