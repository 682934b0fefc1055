import type { DrawnLayer, Initialization } from './initialization.ts'

/**
 * Orthonormal rows (a wide matrix) or columns, times sqrt(2), distributed uniformly (by Haar's measure); every layer.
 * The factor Q of the QR decomposition of a matrix of standard normal numbers, transposed if wide, with the signs of Q that
 * make the diagonal of R positive: without them Q would not be uniform. Modified Gram-Schmidt divides by a positive norm, so it
 * has these signs of itself, and run twice it is orthogonal to the last digits. Order of operations: NUMERICS.md, 1.
 * @source A. M. Saxe, J. L. McClelland, S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
 *   neural networks" (2014), arXiv:1312.6120; signs: F. Mezzadri, "How to generate random matrices from the classical
 *   compact groups" (2007), section 5, arXiv:math-ph/0609050; twice: L. Giraud, J. Langou, M. Rozloznik, "The loss of
 *   orthogonality in the Gram-Schmidt orthogonalization process" (2005), doi:10.1016/j.camwa.2005.08.009
 */
export const orthogonal: Initialization = {
  drawsBiases: false,
  lawOf: () => ({ weights: { kind: 'normal', std: 1 }, biases: { kind: 'zero' }, replacesOne: false }),
  makeLayer: orthogonalize,
}

function* orthogonalize({ weights, inputs, outputs }: DrawnLayer, scale: number): Generator<void, void> {
  const isWide = outputs < inputs
  const [count, length] = isWide ? [outputs, inputs] : [inputs, outputs]
  // [vector][coordinate]: rows of a wide matrix, else columns
  const vectors = isWide ? weights.slice() : transposed(weights, outputs, inputs)
  for (let i = 0; i < count; i++) {
    const vector = vectors.subarray(i * length, (i + 1) * length)
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) subtractProjection(vector, vectors, j * length)
    }
    normalize(vector, i)
    yield
  }
  const gain = Math.SQRT2 * scale
  const made = isWide ? vectors : transposed(vectors, inputs, outputs)
  for (let i = 0; i < weights.length; i++) weights[i] = (made[i] as number) * gain
}

/** Takes from a vector its part along the unit vector that begins at `start`. */
function subtractProjection(vector: Float64Array, units: Float64Array, start: number): void {
  let product = 0
  for (let k = 0; k < vector.length; k++) product += (units[start + k] as number) * (vector[k] as number)
  for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] as number) - product * (units[start + k] as number)
}

/** To length 1. Nothing, which has probability 2^-53 for one number and less for more, becomes a unit vector of the axes. */
function normalize(vector: Float64Array, axis: number): void {
  let square = 0
  for (let k = 0; k < vector.length; k++) square += (vector[k] as number) * (vector[k] as number)
  const norm = Math.sqrt(square)
  if (norm === 0) vector[axis] = 1
  else for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] as number) / norm
}

/** [row][column] as [column][row]. */
function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j] as number
  }
  return result
}
