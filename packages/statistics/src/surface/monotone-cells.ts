import type { Direction, Monotony } from './axis.ts'
import { isotonicGrid } from './isotonic.ts'

/** A value of one cell, with its place on the two axes. */
export interface PlacedValue {
  readonly x: number
  readonly y: number
  readonly value: number
  readonly weight: number
}

/**
 * The nearest values that obey the monotony asked for, [cell] as given. A cell without weight counts as one trial.
 *
 * @throws RangeError unless every pair of an x and a y that occur is one cell: order needs neighbours.
 */
export function monotoneValues(cells: readonly PlacedValue[], monotony: Monotony): Float64Array {
  const columnOf = ranks(cells.map(({ x }) => x), monotony.x)
  const rowOf = ranks(cells.map(({ y }) => y), monotony.y)
  const [rows, columns] = [rowOf.size, columnOf.size]
  const places = cells.map(({ x, y }) => (rowOf.get(y) ?? 0) * columns + (columnOf.get(x) ?? 0))
  if (cells.length !== rows * columns || new Set(places).size !== cells.length) {
    const got = `${cells.length} cells on ${new Set(places).size} places`
    throw new RangeError(`monotone values need each of ${columns} x ${rows} cells once, got ${got}`)
  }
  const [values, weights] = [new Float64Array(cells.length), new Float64Array(cells.length)]
  for (const [cell, place] of places.entries()) {
    values[place] = cells[cell]?.value ?? 0
    weights[place] = Math.max(1, cells[cell]?.weight ?? 0)
  }
  const solution = isotonicGrid({ rows, columns, values, weights })
  return Float64Array.from(places, (place) => solution[place] ?? 0)
}

/** The rank of every value that occurs, such that values rise with it. */
function ranks(values: readonly number[], direction: Direction): ReadonlyMap<number, number> {
  const sign = direction === 'increasing' ? 1 : -1
  const distinct = [...new Set(values)].toSorted((a, b) => sign * (a - b))
  return new Map(distinct.map((value, rank) => [value, rank]))
}
