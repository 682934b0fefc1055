/** A point of the fit in the scales of the two axes. */
export interface ScaledPoint {
  readonly u: number
  readonly v: number
}

/** What is left of a term, in units of its size, when those before it already say it all. */
const NOTHING_NEW = 1e-6

/**
 * The terms 1, u, v, u v, u^2, v^2 of every point, [point][term], made orthonormal over the points with `weight` by
 * Gram and Schmidt in that order. A term that adds nothing there (a square on an axis of two values) is left out, so
 * that the fit always has one solution; orthonormal terms also make it well conditioned whatever the axes are.
 */
export function designMatrix(points: readonly ScaledPoint[], hasWeight: readonly boolean[]): readonly Float64Array[] {
  const columns: Float64Array[] = []
  for (const term of rawTerms(points, hasWeight)) {
    const before = rootMeanSquare(term, hasWeight)
    for (const column of columns) subtractProjection(term, column, hasWeight)
    // Twice is enough (Kahan, in Parlett 1980): the first pass leaves rounding errors along the earlier columns.
    for (const column of columns) subtractProjection(term, column, hasWeight)
    const size = rootMeanSquare(term, hasWeight)
    if (size > NOTHING_NEW * before) columns.push(term.map((value) => value / size))
  }
  return points.map((_, point) => Float64Array.from(columns, (column) => column[point] ?? 0))
}

function rawTerms(points: readonly ScaledPoint[], hasWeight: readonly boolean[]): readonly Float64Array[] {
  const u = standardize(points.map((point) => point.u), hasWeight)
  const v = standardize(points.map((point) => point.v), hasWeight)
  const product = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, index) => value * (b[index] ?? 0))
  return [new Float64Array(points.length).fill(1), u, v, product(u, v), product(u, u), product(v, v)]
}

function standardize(values: readonly number[], hasWeight: readonly boolean[]): Float64Array {
  const weighted = values.filter((_, index) => hasWeight[index])
  const mean = weighted.reduce((sum, value) => sum + value, 0) / Math.max(1, weighted.length)
  const centred = Float64Array.from(values, (value) => value - mean)
  const size = rootMeanSquare(centred, hasWeight)
  return size > NOTHING_NEW * Math.abs(mean) ? centred.map((value) => value / size) : centred.fill(0)
}

function subtractProjection(term: Float64Array, column: Float64Array, hasWeight: readonly boolean[]): void {
  const share = meanProduct(term, column, hasWeight)
  for (const [index, value] of column.entries()) term[index] = (term[index] ?? 0) - share * value
}

function rootMeanSquare(values: Float64Array, hasWeight: readonly boolean[]): number {
  return Math.sqrt(meanProduct(values, values, hasWeight))
}

function meanProduct(a: Float64Array, b: Float64Array, hasWeight: readonly boolean[]): number {
  let sum = 0
  let points = 0
  for (const [index, weighs] of hasWeight.entries()) {
    if (!weighs) continue
    sum += (a[index] ?? 0) * (b[index] ?? 0)
    points += 1
  }
  return points === 0 ? 0 : sum / points
}
