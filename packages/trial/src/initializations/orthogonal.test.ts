import { describe, expect, it } from 'vitest'
import { exampleSpec } from '../example-spec.ts'
import { initialParameters } from '../initial-parameters.ts'
import { layerLayouts } from '../network.ts'
import { networkShape } from '../network-shape.ts'
import type { InitializationSpec } from '../trial.ts'

/** Layers 2 -> N (tall), N -> N, N -> 2 (wide). */
const cell = (initialization: InitializationSpec, width: number) =>
  exampleSpec({
    numerics: 'ieee-f64/1',
    width,
    network: { initialization },
    problem: { target: 'abs-2d', inputDim: 2 },
  })

/** Weights as rows, [layer][output][input]. */
function layersOf(initialization: InitializationSpec, width: number, trial = 0): number[][][] {
  const parameters = initialParameters(cell(initialization, width), [trial])
  return layerLayouts(networkShape(cell(initialization, width)).sizes).map(({ inputs, outputs, weights }) =>
    Array.from({ length: outputs }, (_, j) => Array.from(parameters.subarray(weights + j * inputs, weights + (j + 1) * inputs))),
  )
}

const transpose = (matrix: number[][]) => matrix[0]!.map((_, k) => matrix.map((row) => row[k]!))
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
/** The orthonormal vectors: columns, or rows of a wide matrix. */
const vectorsOf = (matrix: number[][]) => (matrix.length < matrix[0]!.length ? matrix : transpose(matrix))

describe('orthogonal initialization', () => {
  it.each([1, 2, 7, 40, 100])('has orthonormal rows or columns times sqrt 2 at width %d', (width) => {
    for (const matrix of layersOf({ kind: 'orthogonal' }, width)) {
      const vectors = vectorsOf(matrix)
      vectors.forEach((v, i) =>
        vectors.forEach((w, j) => expect(Math.abs(dot(v, w) / 2 - (i === j ? 1 : 0))).toBeLessThan(1e-12)),
      )
    }
  })

  // A matrix of full rank has one QR decomposition with a positive diagonal: Q' G is upper triangular for this Q alone.
  it.each([1, 2, 7, 40])('is the Q of the normal numbers of the same stream, with a positive diagonal of R, at width %d', (width) => {
    const made = layersOf({ kind: 'orthogonal' }, width, 3)
    const normals = layersOf({ kind: 'small', std: 1 }, width, 3)
    made.forEach((matrix, layer) => {
      const normal = matrix.length < matrix[0]!.length ? normals[layer]! : transpose(normals[layer]!)
      vectorsOf(matrix).forEach((q, i) => {
        expect(dot(q, normal[i]!)).toBeGreaterThan(0)
        for (const g of normal.slice(0, i)) expect(Math.abs(dot(q, g))).toBeLessThan(1e-11)
      })
    })
  })

  // Python floats in the order of NUMERICS.md, from the normal numbers of the stream: every digit counts.
  it('has these bits on every machine', () => {
    expect(layersOf({ kind: 'orthogonal' }, 3, 5)[1]).toEqual([[-0.3931052306583081, -1.3165833182480726, 0.334778499518671], [1.0152215579274642, -0.5162896709045827, -0.8383138815721533], [-0.9026591083838965, -0.007303549009351245, -1.0886474140985487]])
  })

  // Moments of Haar's measure on O(N) (Collins and Sniady 2006, table of Weingarten functions; Diaconis and Shahshahani
  // 1994 for the trace): 1/N; 3/(N(N+2)); 1/(N(N+2)) in one row; (N+1)/(N(N-1)(N+2)) on the diagonal; trace 0 and 1.
  // Bounds of 6 standard errors over 4,000 independent matrices: below 1e-7 for all seven.
  it('has the moments of the uniform distribution', () => {
    const [N, trials] = [4, 4000]
    const matrices = Array.from({ length: trials }, (_, trial) =>
      layersOf({ kind: 'orthogonal' }, N, trial)[1]!.map((row) => row.map((x) => x / Math.SQRT2)),
    )
    const moments: [(q: number[][]) => number, number][] = [
      [(q) => q[0]![0]!, 0],
      [(q) => q[1]![2]! ** 2, 1 / N],
      [(q) => q[2]![1]! ** 4, 3 / (N * (N + 2))],
      [(q) => q[0]![0]! ** 2 * q[0]![1]! ** 2, 1 / (N * (N + 2))],
      [(q) => q[0]![0]! ** 2 * q[1]![1]! ** 2, (N + 1) / (N * (N - 1) * (N + 2))],
      [(q) => trace(q), 0],
      [(q) => trace(q) ** 2, 1],
    ]
    for (const [moment, expected] of moments) {
      const values = matrices.map(moment)
      const mean = values.reduce((sum, x) => sum + x, 0) / trials
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / trials
      expect(Math.abs(mean - expected)).toBeLessThan(6 * Math.sqrt(variance / trials))
    }
  })
})

function trace(matrix: number[][]): number {
  return matrix.reduce((sum, row, i) => sum + row[i]!, 0)
}
