import { describe, expect, test } from 'vitest'
import { staircases } from './boundary.ts'

/** Rows from the top; null where there is no value. */
function lines(rows: readonly (readonly (number | null)[])[], level: number) {
  const valueAt = (column: number, row: number): number | null => rows[row]?.[column] ?? null
  return staircases({ columns: rows[0]!.length, rows: rows.length, valueAt }, level)
}

describe('a staircase', () => {
  test('runs along the edges between cells below the level and the others', () => {
    expect(lines([[0, 0, 1], [0, 1, 1]], 0.5)).toEqual([[[2, 0], [2, 1], [1, 1], [1, 2]]])
  })

  test('counts a cell that equals the level as above it', () => {
    expect(lines([[0.009, 0.01]], 0.01)).toEqual([[[1, 0], [1, 1]]])
  })

  test('is straight through cells in one row', () => {
    expect(lines([[0, 0, 0], [1, 1, 1]], 0.5)).toEqual([[[0, 1], [3, 1]]])
  })

  test('closes around an island', () => {
    const [line, ...others] = lines([[0, 0, 0], [0, 1, 0], [0, 0, 0]], 0.5)
    expect(others).toEqual([])
    expect(line?.[0]).toEqual(line?.at(-1))
    expect(new Set(line?.map(String))).toEqual(new Set(['1,1', '2,1', '2,2', '1,2']))
  })

  test('does not run along places without a value or along the rim of the map', () => {
    expect(lines([[0, null, 1]], 0.5)).toEqual([])
    expect(lines([[1, 1], [1, 1]], 0.5)).toEqual([])
  })

  test('covers each edge of a chequered map once', () => {
    const size = 6
    const rows = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => (row + column) % 2),
    )
    const length = lines(rows, 0.5)
      .flatMap((line) => line.slice(1).map((corner, index) => [line[index]!, corner] as const))
      .reduce((sum, [from, to]) => sum + Math.abs(from[0] - to[0]) + Math.abs(from[1] - to[1]), 0)
    expect(length).toBe(2 * size * (size - 1))
  })
})
