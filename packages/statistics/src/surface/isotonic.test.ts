import { expect, test } from 'vitest'
import { createRandomStream, fillWords } from '../special/random-stream.ts'
import { isotonicGrid } from './isotonic.ts'
import type { WeightedGrid } from './isotonic.ts'

function randomGrid(rows: number, columns: number, seed: number): WeightedGrid {
  const words = new Int32Array(2 * rows * columns)
  fillWords(words, createRandomStream(seed, rows, columns))
  const uniform = Float64Array.from(words, (word) => (word >>> 0) / 2 ** 32)
  // Values of one decimal, so that ties occur.
  const values = uniform.slice(0, rows * columns).map((value) => Math.round(10 * value) / 10)
  return { rows, columns, values, weights: uniform.slice(rows * columns).map((value) => 0.1 + 10 * value) }
}

/** Every set of cells that contains with a cell all to the right and below: first column [row], falling. */
function upperSets(rows: number, columns: number): boolean[][] {
  const cuts = (row: number, most: number): number[][] => {
    if (row === rows) return [[]]
    return Array.from({ length: most + 1 }, (_, cut) => cuts(row + 1, cut).map((rest) => [cut, ...rest])).flat()
  }
  const isRightOf = (cut: number): boolean[] => Array.from({ length: columns }, (_, column) => column >= cut)
  return cuts(0, columns).map((cut) => cut.flatMap(isRightOf))
}

/** Largest, over upper sets that hold the cell, of the least mean over their meets with lower sets that hold it. */
function minimaxFormula({ rows, columns, values, weights }: WeightedGrid): number[] {
  const sets = upperSets(rows, columns)
  const mean = (cells: readonly boolean[]): number => {
    let [sum, weight] = [0, 0]
    cells.forEach((isIn, cell) => {
      if (isIn) [sum, weight] = [sum + weights[cell]! * values[cell]!, weight + weights[cell]!]
    })
    return sum / weight
  }
  return Array.from(values, (_, cell) => {
    const complements = sets.filter((set) => !set[cell])
    const leastMean = (upper: readonly boolean[]): number =>
      Math.min(...complements.map((outside) => mean(upper.map((isIn, k) => isIn && !outside[k]))))
    return Math.max(...sets.filter((set) => set[cell]).map(leastMean))
  })
}

const SHAPES = [[1, 6], [6, 1], [2, 2], [3, 3], [2, 5], [4, 3]] as const

// Robertson, Wright and Dykstra, Order Restricted Statistical Inference (1988), Theorem 1.4.4: no iteration at all.
test.each(SHAPES)('is the minimax of means on %d x %d cells', (rows, columns) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const grid = randomGrid(rows, columns, seed)
    const solution = isotonicGrid(grid)
    for (const [cell, expected] of minimaxFormula(grid).entries()) expect(solution[cell]).toBeCloseTo(expected, 12)
  }
})

test('pools two cells that fall to their weighted mean', () => {
  const grid = { rows: 1, columns: 2, values: Float64Array.of(4, 1), weights: Float64Array.of(1, 2) }
  expect([...isotonicGrid(grid)]).toEqual([2, 2])
})

test('leaves alone what is monotone', () => {
  const values = Float64Array.of(0.1, 0.2, 0.2, 0.3, 0.1, 0.3, 0.4, 0.9)
  expect(isotonicGrid({ rows: 2, columns: 4, values, weights: values })).toEqual(values)
})

test('meets the conditions of optimality on 60 x 60 cells, and is exactly monotone', () => {
  const grid = randomGrid(60, 60, 7)
  const { values, weights, columns } = grid
  const solution = isotonicGrid(grid)
  for (const [cell, value] of solution.entries()) {
    if (cell % columns > 0) expect(value).toBeGreaterThanOrEqual(solution[cell - 1]!)
    if (cell >= columns) expect(value).toBeGreaterThanOrEqual(solution[cell - columns]!)
  }
  // A projection on a cone leaves a residual at right angles to it, and at no acute angle to any member, such as
  // a half grid to the right or below (same book, Theorem 1.3.2).
  const residual = values.map((value, cell) => weights[cell]! * (value - solution[cell]!))
  const dot = (member: (cell: number) => number): number =>
    residual.reduce((sum, value, cell) => sum + value * member(cell), 0)
  expect(Math.abs(dot((cell) => solution[cell]!))).toBeLessThan(1e-8)
  for (let cut = 0; cut <= columns; cut += 1) {
    expect(dot((cell) => (cell % columns >= cut ? 1 : 0))).toBeLessThan(1e-8)
    expect(dot((cell) => (cell >= cut * columns ? 1 : 0))).toBeLessThan(1e-8)
  }
})
