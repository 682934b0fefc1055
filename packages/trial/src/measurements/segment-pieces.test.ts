import { describe, expect, it } from 'vitest'
import type { TrainingPoints } from '../batch.ts'
import type { NetworkShape } from '../network.ts'
import { fillUniforms } from '../random/uniform.ts'
import { piecesPerLength, segmentsOf } from './segment-pieces.ts'

function cube(count: number): TrainingPoints {
  const inputs = new Float64Array(3 * count)
  fillUniforms(inputs, inputs.length, { key: [5, 7], trial: 0, tensor: 0 })
  return { count, inputDim: 3, outputDim: 1, inputs: inputs.map((u) => 2 * u - 1), targets: new Float64Array(count) }
}

describe('segmentsOf', () => {
  it('joins 100 pairs of different points of the data', () => {
    const points = cube(20)
    const { pairs } = segmentsOf(points, [1, 2])
    const rows = new Set(Array.from({ length: 20 }, (_, i) => points.inputs.slice(3 * i, 3 * i + 3).join()))
    expect(pairs).toHaveLength(100)
    expect(pairs.every(([p, q]) => rows.has(p.join()) && rows.has(q.join()) && p.join() !== q.join())).toBe(true)
    // 20 * 19 ordered pairs: 100 draws leave about 380 (1 - exp(-100 / 380)) = 88 different ones, standard deviation 3
    expect(new Set(pairs.map((pair) => pair.join())).size).toBeGreaterThan(75)
  })

  it('goes through the mean in 20 directions, as far as the data', () => {
    const points: TrainingPoints = { ...cube(2), inputs: Float64Array.of(0, 0, 0, 2, 4, 4) }
    const { directions } = segmentsOf(points, [1, 2])
    expect(directions).toHaveLength(20)
    for (const [p, q] of directions) {
      // mean (1, 2, 2), which is 3 from both points
      expect([...p].map((x, k) => (x + q[k]!) / 2)).toEqual([1, 2, 2].map((x) => expect.closeTo(x, 12)))
      expect(Math.hypot(...[...p].map((x, k) => q[k]! - x))).toBeCloseTo(6, 12)
    }
  })

  it('leaves out pairs without length', () => {
    const points: TrainingPoints = { ...cube(2), inputs: new Float64Array(6) }
    expect(segmentsOf(points, [1, 2]).pairs).toEqual([])
  })
})

describe('piecesPerLength', () => {
  const shape: NetworkShape = { sizes: [3, 2, 1], activation: { kind: 'relu' } }

  it('divides all pieces by all length and by the units', () => {
    // |x1|: two pieces from -1 to 2, of length 3, one on a segment of length 2; two units
    const parameters = Float64Array.of(1, 0, 0, -1, 0, 0, 0, 0, 1, 1, 0)
    const segments = [
      [Float64Array.of(-1, 0, 0), Float64Array.of(2, 0, 0)],
      [Float64Array.of(1, 0, 0), Float64Array.of(1, 2, 0)],
    ] as const
    expect(piecesPerLength(shape, parameters, segments)).toBe(3 / 5 / 2)
    expect(piecesPerLength(shape, parameters, [])).toBeNaN()
  })
})
