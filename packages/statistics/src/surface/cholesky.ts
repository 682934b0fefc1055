/** A symmetric positive definite matrix as L L^T; `factor` is L, [row][column] in row-major order, lower half. */
export interface Cholesky {
  readonly size: number
  readonly factor: Float64Array
}

/** Null where the matrix, [row][column] in row-major order, is not positive definite to working precision. */
export function cholesky(matrix: Readonly<Float64Array>, size: number): Cholesky | null {
  const factor = new Float64Array(size * size)
  const at = (row: number, column: number): number => factor[row * size + column] ?? 0
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = matrix[row * size + column] ?? 0
      for (let k = 0; k < column; k += 1) rest -= at(row, k) * at(column, k)
      const scale = (matrix[row * size + row] ?? 0) * Number.EPSILON * size
      if (row === column && !(rest > scale)) return null
      factor[row * size + column] = row === column ? Math.sqrt(rest) : rest / at(column, column)
    }
  }
  return { size, factor }
}

/** ln of the determinant of L L^T. */
export function logDeterminant({ size, factor }: Cholesky): number {
  let sum = 0
  for (let k = 0; k < size; k += 1) sum += 2 * Math.log(factor[k * size + k] ?? 0)
  return sum
}

/** L^-1 v: its squared length is v^T (L L^T)^-1 v. */
export function forwardSolve({ size, factor }: Cholesky, v: Readonly<Float64Array>): Float64Array {
  const solution = new Float64Array(size)
  for (let row = 0; row < size; row += 1) {
    let rest = v[row] ?? 0
    for (let k = 0; k < row; k += 1) rest -= (factor[row * size + k] ?? 0) * (solution[k] ?? 0)
    solution[row] = rest / (factor[row * size + row] ?? 0)
  }
  return solution
}

/** (L L^T)^-1 v. */
export function solve(decomposition: Cholesky, v: Readonly<Float64Array>): Float64Array {
  const { size, factor } = decomposition
  const solution = forwardSolve(decomposition, v)
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = solution[row] ?? 0
    for (let k = row + 1; k < size; k += 1) rest -= (factor[k * size + row] ?? 0) * (solution[k] ?? 0)
    solution[row] = rest / (factor[row * size + row] ?? 0)
  }
  return solution
}

/** v^T (L L^T)^-1 v. */
export function quadraticForm(decomposition: Cholesky, v: Readonly<Float64Array>): number {
  return forwardSolve(decomposition, v).reduce((sum, value) => sum + value * value, 0)
}
