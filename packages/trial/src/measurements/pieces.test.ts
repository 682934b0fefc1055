import { describe, expect, it } from 'vitest'
import type { NetworkShape } from '../network.ts'
import { layerSizes, parameterCount } from '../network.ts'
import { fillUniforms } from '../random/uniform.ts'
import { countPieces, countSegmentPieces, isPiecewiseAffine, lineMeasurer } from './pieces.ts'

const relu = (sizes: readonly number[]): NetworkShape => ({ sizes, activation: { kind: 'relu' } })

/** g(x) = 2 relu(x) - 4 relu(x - 1/2) composed m times (Telgarsky 2016, arXiv 1602.04485). */
function sawtooth(m: number): { shape: NetworkShape; parameters: Float64Array } {
  const first = [1, 1, 0, -0.5]
  const inner = [2, -4, 2, -4, 0, -0.5]
  const flat = [...first, ...Array.from({ length: m - 1 }, () => inner).flat(), 2, -4, 0]
  return { shape: relu(layerSizes(1, m + 1, 2, 1)), parameters: Float64Array.from(flat) }
}

/** Uniform parameters in +-2 / sqrt(width), biases too: alive more often than not. */
function randomNetwork(trial: number, inputDim: number, depth: number, width: number) {
  const shape = relu(layerSizes(inputDim, depth, width, 1))
  const parameters = new Float64Array(parameterCount(shape))
  fillUniforms(parameters, parameters.length, { key: [7, 11], trial, tensor: 0 })
  return { shape, parameters: parameters.map((u) => (4 * u - 2) / Math.sqrt(width)) }
}

function evaluate({ sizes }: NetworkShape, parameters: Float64Array, input: readonly number[]): number {
  let offset = 0
  let h = input
  for (let l = 1; l < sizes.length; l += 1) {
    const z: number[] = []
    for (let j = 0; j < sizes[l]!; j += 1) {
      let sum = parameters[offset + sizes[l]! * h.length + j]!
      for (let k = 0; k < h.length; k += 1) sum += parameters[offset + j * h.length + k]! * h[k]!
      z.push(l < sizes.length - 1 ? Math.max(sum, 0) : sum)
    }
    offset += sizes[l]! * (h.length + 1)
    h = z
  }
  return h[0]!
}

/**
 * A lower bound on the pieces on [0, 1], by brute force: runs of at least two cells of one slope are affine parts, and
 * neighbouring runs of the same slope count once. Every piece longer than three cells is seen.
 */
function scanSlopes(f: (t: number) => number, cells: number): number {
  const values = Array.from({ length: cells + 1 }, (_, i) => f(i / cells))
  const slopes = values.slice(1).map((value, i) => (value - values[i]!) * cells)
  const tolerance = 1e-7 * Math.max(1, ...slopes.map(Math.abs))
  let pieces = 0
  let previous = Number.NaN
  for (let i = 1; i < slopes.length; i += 1) {
    const isFlat = Math.abs(slopes[i]! - slopes[i - 1]!) <= tolerance
    if (!isFlat || Math.abs(slopes[i]! - previous) <= tolerance) continue
    pieces += 1
    previous = slopes[i]!
  }
  return pieces
}

describe('a line measurer', () => {
  it('counts the pieces alone as it does with everything else, of living and of dead networks', () => {
    let dead = 0
    for (const width of [1, 2, 4]) {
      for (let trial = 0; trial < 200; trial += 1) {
        const { shape, parameters } = randomNetwork(trial, 1, 6, width)
        const measurer = lineMeasurer(shape)
        const { pieces, zeroLayers } = measurer.onDomain(parameters, 0, [-1, 1])
        expect(measurer.piecesOnDomain(parameters, 0, [-1, 1])).toBe(pieces)
        if (zeroLayers.length > 0) dead += 1
      }
    }
    expect(dead).toBeGreaterThan(50)
  })
})

describe('countPieces', () => {
  it.each(Array.from({ length: 16 }, (_, i) => i + 1))('counts 2^%i pieces of the sawtooth', (m) => {
    const { shape, parameters } = sawtooth(m)
    const expected = { pieces: 2 ** m, regions: 2 ** m, nearTies: 0, minGap: 2 ** -m }
    expect(countPieces(shape, parameters, 0, [0, 1])).toEqual(expected)
  })

  it('counts two pieces for |x| = relu(x) + relu(-x), three regions where a unit switches without effect', () => {
    const shape = relu([1, 2, 1])
    expect(countPieces(shape, Float64Array.of(1, -1, 0, 0, 1, 1, 0), 0, [-1, 1])).toMatchObject({ pieces: 2, regions: 2 })
    const silent = Float64Array.of(1, -1, 1, 0, 0, -0.5, 1, 1, 0, 0)
    expect(countPieces(relu([1, 3, 1]), silent, 0, [-1, 1])).toMatchObject({ pieces: 2, regions: 3 })
  })

  it('counts one piece for a dead network', () => {
    const parameters = Float64Array.of(1, 1, -1, -1, -1, -1, -2, -3, -1, -1, 5, 5, 7)
    expect(countPieces(relu([1, 2, 2, 1]), parameters, 0, [-4, 4])).toMatchObject({ pieces: 1 })
  })

  it('finds one breakpoint at 0 where there are no biases, on an asymmetric domain too', () => {
    const { parameters } = randomNetwork(3, 1, 2, 12)
    parameters.fill(0, 12, 24)
    expect(countPieces(relu([1, 12, 1]), parameters, 0, [-1.3, 2.9])).toMatchObject({ pieces: 2, regions: 2, nearTies: 0 })
  })

  it('reads binary32 parameters at an offset', () => {
    const parameters = Float32Array.of(9, 9, 1, -1, 0, 0, 1, 1, 0)
    expect(countPieces(relu([1, 2, 1]), parameters, 2, [-1, 1]).pieces).toBe(2)
  })

  it('does not change when a unit is scaled by c and what leaves it by 1 / c', () => {
    for (let trial = 0; trial < 100; trial += 1) {
      const { shape, parameters } = randomNetwork(trial, 1, 3, 4)
      const scaled = Float64Array.from(parameters)
      scaled[1]! *= 8
      scaled[5]! *= 8
      for (let j = 0; j < 4; j += 1) scaled[8 + 4 * j + 1]! /= 8
      expect(countPieces(shape, scaled, 0, [-2, 2])).toEqual(countPieces(shape, parameters, 0, [-2, 2]))
    }
  })

  it('agrees with a dense scan of slopes: never below it, equal where no region is too short to be seen', () => {
    const cells = 4_000
    let resolved = 0
    let pieces = 0
    for (let trial = 0; trial < 300; trial += 1) {
      const { shape, parameters } = randomNetwork(trial, 1, 2 + (trial % 4), 2 + (trial % 5))
      const counted = countPieces(shape, parameters, 0, [-2, 2])
      const scanned = scanSlopes((t) => evaluate(shape, parameters, [4 * t - 2]), cells)
      expect(counted.pieces).toBeGreaterThanOrEqual(scanned)
      expect(counted.pieces).toBeLessThanOrEqual(shape.sizes.slice(1, -1).reduce((product, n) => product * (n + 1), 1))
      if (counted.minGap < (4 * 4) / cells) continue
      expect(counted.pieces).toBe(scanned)
      resolved += 1
      pieces += counted.pieces
    }
    expect(resolved).toBeGreaterThan(150)
    expect(pieces / resolved).toBeGreaterThan(3)
  })

  it('counts a leaky network as its relu twin of twice the units', () => {
    // leak(z) = relu(z) - leak relu(-z)
    const leaky: NetworkShape = { sizes: [1, 2, 1], activation: { kind: 'leaky-relu', leak: 0.25 } }
    const parameters = Float64Array.of(1, 1, 0.5, -0.5, 1, -2, 0)
    const twin = Float64Array.of(1, -1, 1, -1, 0.5, -0.5, -0.5, 0.5, 1, -0.25, -2, 0.5, 0)
    expect(countPieces(leaky, parameters, 0, [-2, 2])).toEqual(countPieces(relu([1, 4, 1]), twin, 0, [-2, 2]))
    expect(countPieces(leaky, parameters, 0, [-2, 2]).pieces).toBe(3)
  })

  it('refuses a smooth activation', () => {
    const shape: NetworkShape = { sizes: [1, 2, 1], activation: { kind: 'tanh' } }
    expect(() => countPieces(shape, new Float64Array(7), 0, [0, 1])).toThrow('tanh is smooth')
  })

  it('refuses normalizations: that of layers is smooth, that of batches has to be folded', () => {
    const shape: NetworkShape = { sizes: [1, 2, 1], activation: { kind: 'relu' } }
    expect(() => lineMeasurer({ ...shape, normalization: 'layer' })).toThrow('layer normalization is smooth')
    expect(() => lineMeasurer({ ...shape, normalization: 'batch' })).toThrow('to be folded')
    const affine = [{}, { normalization: 'batch' }, { normalization: 'layer' }] as const
    expect(affine.map((change) => isPiecewiseAffine({ ...shape, ...change }))).toEqual([true, true, false])
    expect(isPiecewiseAffine({ ...shape, activation: { kind: 'selu' } })).toBe(false)
  })
})

describe('countSegmentPieces', () => {
  it('counts three pieces of |x1| + |x2| between (-1, -2) and (2, 1)', () => {
    const parameters = Float64Array.of(1, 0, -1, 0, 0, 1, 0, -1, 0, 0, 0, 0, 1, 1, 1, 1, 0)
    const segment = [Float64Array.of(-1, -2), Float64Array.of(2, 1)] as const
    const counted = countSegmentPieces(relu([2, 4, 1]), parameters, 0, segment)
    expect(counted).toMatchObject({ pieces: 3, regions: 3, nearTies: 0 })
    // crossings at a third and two thirds of a length of sqrt(18)
    expect(counted.minGap).toBeCloseTo(Math.SQRT2, 12)
  })

  it('agrees with a dense scan of slopes along random segments', () => {
    const cells = 4_000
    let resolved = 0
    for (let trial = 0; trial < 100; trial += 1) {
      const { shape, parameters } = randomNetwork(trial, 3, 3, 4)
      const [p, q] = [Float64Array.of(-1, 1, -0.5), Float64Array.of(1.5, -1, 0.75)]
      const counted = countSegmentPieces(shape, parameters, 0, [p, q])
      const scanned = scanSlopes(
        (t) => evaluate(shape, parameters, [...p].map((coordinate, k) => coordinate + t * (q[k]! - coordinate))),
        cells,
      )
      expect(counted.pieces).toBeGreaterThanOrEqual(scanned)
      if (counted.minGap < 16 / cells) continue
      expect(counted.pieces).toBe(scanned)
      resolved += 1
    }
    expect(resolved).toBeGreaterThan(50)
  })
})
