/** Numbers on a full grid, [row][column] in row-major order. */
export interface WeightedGrid {
  readonly rows: number
  readonly columns: number
  readonly values: Readonly<Float64Array>
  /** Positive. */
  readonly weights: Readonly<Float64Array>
}

/** A gain of this share of the values summed is rounding. */
const ROUNDING = 1e-13

/**
 * The nearest grid, in weighted squares, that falls neither along rows nor along columns: isotonic regression in two
 * variables. Exact but for rounding: the cells are split where they deviate most from their mean in the direction of
 * the order, into an upper part, whose solution is at least the mean, and a lower part, whose solution is at most the
 * mean, until a part rises as it is, or has no such split and is constant. One split is O(cells).
 *
 * Pooling adjacent violators in rows and columns by turns (Dykstra and Robertson, Ann. Statist. 10 (1982) 708) has the
 * same limit, but took 450 to 4,700 rounds, 0.8 to 6.5 s, on 100 x 100 noisy cells, where this takes 0.01 to 0.2 s.
 * Source: Spouge, Wan and Wilbur, J. Optim. Theory Appl. 117 (2003) 585.
 */
export function isotonicGrid(grid: WeightedGrid): Float64Array {
  const solution = Float64Array.from(grid.values)
  const { rows, columns } = grid
  const choices = new Int32Array(rows * (columns + 1))
  const parts: Part[] = [{ from: new Int32Array(rows), to: new Int32Array(rows).fill(columns) }]
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (rises(grid, part)) continue
    const mean = meanOf(grid, part)
    const cut = bestCut(grid, part, { mean, choices })
    if (cut === null) fill(solution, { ...part, columns, value: mean })
    else parts.push({ from: part.from, to: cut }, { from: cut, to: part.to })
  }
  takeRunningMaximum(solution, grid)
  return solution
}

/** The cells from[row] <= column < to[row], [row]. Both fall with the row: what lies between two staircases. */
interface Part {
  readonly from: Int32Array
  readonly to: Int32Array
}

/** Whether the part is its own solution already; neighbours suffice, since a part has no holes. */
function rises({ columns, values }: WeightedGrid, { from, to }: Part): boolean {
  for (const [row, start] of from.entries()) {
    const [startAbove, endAbove] = row === 0 ? [0, 0] : [from[row - 1] ?? 0, to[row - 1] ?? 0]
    for (let column = start; column < (to[row] ?? 0); column += 1) {
      const value = values[row * columns + column] ?? 0
      if (column > start && value < (values[row * columns + column - 1] ?? 0)) return false
      if (column >= startAbove && column < endAbove && value < (values[(row - 1) * columns + column] ?? 0)) return false
    }
  }
  return true
}

function meanOf({ columns, values, weights }: WeightedGrid, { from, to }: Part): number {
  let [mean, weight] = [0, 0]
  for (const [row, start] of from.entries()) {
    for (let index = row * columns + start; index < row * columns + (to[row] ?? 0); index += 1) {
      weight += weights[index] ?? 0
      // So that the mean of equal values is that value to the last bit.
      mean += ((values[index] ?? 0) - mean) * ((weights[index] ?? 0) / weight)
    }
  }
  return mean
}

/**
 * The staircase inside the part, first column [row] of its upper side, with the largest sum of weight x (value - mean)
 * above it; null if none has a positive sum or the best one has everything above it. By dynamic programming over
 * rows: a cut may only fall from row to row. `choices`, [row][column], is room to work in.
 */
function bestCut(
  { columns, values, weights }: WeightedGrid,
  { from, to }: Part,
  { mean, choices }: { readonly mean: number; readonly choices: Int32Array },
): Int32Array | null {
  const width = columns + 1
  // The best sum of all rows so far whose cut is at this column or to the right, and where that cut is.
  let best = new Float64Array(width)
  let next = new Float64Array(width)
  let size = 0
  for (const [row, start] of from.entries()) {
    const previousStart = row === 0 ? 0 : (from[row - 1] ?? 0)
    let [sum, largest, choice] = [0, -Infinity, 0]
    for (let column = to[row] ?? 0; column >= start; column -= 1) {
      const index = row * columns + column
      const weight = column === to[row] ? 0 : (weights[index] ?? 0)
      size += weight * Math.abs(values[index] ?? 0)
      sum += weight * ((values[index] ?? 0) - mean)
      const value = sum + (best[Math.max(column, previousStart)] ?? 0)
      if (value > largest) [largest, choice] = [value, column]
      next[column] = largest
      choices[row * width + column] = choice
    }
    ;[best, next] = [next, best]
  }
  const last = from.at(-1) ?? 0
  if ((best[last] ?? 0) <= ROUNDING * size) return null
  const cut = traceBack(choices, from, width)
  return cut.every((column, row) => column === from[row]) ? null : cut
}

function traceBack(choices: Int32Array, from: Int32Array, width: number): Int32Array {
  const cut = new Int32Array(from.length)
  let least = 0
  for (let row = from.length - 1; row >= 0; row -= 1) {
    least = choices[row * width + Math.max(least, from[row] ?? 0)] ?? 0
    cut[row] = least
  }
  return cut
}

function fill(
  solution: Float64Array,
  { from, to, columns, value }: Part & { readonly columns: number; readonly value: number },
): void {
  for (const [row, start] of from.entries()) solution.fill(value, row * columns + start, row * columns + (to[row] ?? 0))
}

/** Removes the last rounding between parts: a running maximum along rows, then columns, leaves both monotone. */
function takeRunningMaximum(values: Float64Array, { rows, columns }: WeightedGrid): void {
  for (let index = 0; index < rows * columns; index += 1) {
    const left = index % columns === 0 ? -Infinity : (values[index - 1] ?? 0)
    const above = index < columns ? -Infinity : (values[index - columns] ?? 0)
    values[index] = Math.max(values[index] ?? 0, left, above)
  }
}
