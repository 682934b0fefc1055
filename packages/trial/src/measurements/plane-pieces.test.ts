import { describe, expect, it } from 'vitest'
import type { NetworkShape } from '../network.ts'
import { layerLayouts, layerSizes, parameterCount } from '../network.ts'
import { fillUniforms } from '../random/uniform.ts'
import { gradientAt } from './gradient-at.ts'
import { countPieces } from './pieces.ts'
import type { Box } from './plane-mesh.ts'
import { PlaneMesh } from './plane-mesh.ts'
import { countPlanePieces } from './plane-pieces.ts'

const relu = (sizes: readonly number[]): NetworkShape => ({ sizes, activation: { kind: 'relu' } })
const square: Box = [[-1, 1], [-1, 1]]

function randomNetwork(trial: number, sizes: readonly number[]) {
  const shape = relu(sizes)
  const parameters = new Float64Array(parameterCount(shape))
  fillUniforms(parameters, parameters.length, { key: [13, 17], trial, tensor: 0 })
  return { shape, parameters: parameters.map((u) => (4 * u - 2) / Math.sqrt(sizes[1]!)) }
}

/** Signs of all hidden units at a point: in two inputs no two regions have the same, as each is an intersection of half-planes. */
function patternAt({ sizes }: NetworkShape, parameters: Float64Array, point: readonly number[]): string {
  let h = [...point]
  let pattern = ''
  for (const { biases, inputs, outputs, weights } of layerLayouts(sizes).slice(0, -1)) {
    const z = Array.from({ length: outputs }, (_, j) =>
      h.reduce((sum, value, k) => sum + parameters[weights + j * inputs + k]! * value, parameters[biases + j]!),
    )
    pattern += z.map((value) => (value > 0 ? '+' : '-')).join('')
    h = z.map((value) => Math.max(value, 0))
  }
  return pattern
}

/** Most regions of a network of two inputs (Serra, Tjandraatmadja, Ramalingam 2018, arXiv 1711.02114, Theorem 1). */
function mostRegions([inputDim = 2, ...widths]: readonly number[]): number {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)
  const below = (l: number, room: number): number => {
    const n = widths[l]
    if (n === undefined) return 1
    return Array.from({ length: Math.min(room, n) + 1 }, (_, j) => choose(n, j) * below(l + 1, Math.min(room, n - j)))
      .reduce((sum, term) => sum + term, 0)
  }
  return below(0, inputDim)
}

/** g(x1) + g(x2), g the sawtooth of 2^m pieces on [0, 1] (Telgarsky 2016, arXiv 1602.04485), with which 4^m squares are cut. */
function sawtoothOfBoth(m: number) {
  const rows = (weights: readonly (readonly number[])[], biases: readonly number[]): number[] => [...weights.flat(), ...biases]
  const first = rows([[1, 0], [1, 0], [0, 1], [0, 1]], [0, -0.5, 0, -0.5])
  const inner = rows([[2, -4, 0, 0], [2, -4, 0, 0], [0, 0, 2, -4], [0, 0, 2, -4]], [0, -0.5, 0, -0.5])
  const flat = [first, ...Array.from({ length: m - 1 }, () => inner), [2, -4, 2, -4, 0]].flat()
  return { shape: relu(layerSizes(2, m + 1, 4, 1)), parameters: Float64Array.from(flat) }
}

describe('countPlanePieces', () => {
  it('counts the four quadrants of |x1| + |x2|', () => {
    const parameters = Float64Array.of(1, 0, -1, 0, 0, 1, 0, -1, 0, 0, 0, 0, 1, 1, 1, 1, 0)
    const counted = countPlanePieces(relu([2, 4, 1]), parameters, { box: [[-1, 2], [-3, 1]] })
    expect(counted).toEqual({
      pieces: 4,
      regions: 4,
      nearTies: 0,
      truncated: false,
      zeroLayers: [],
      outputMin: Float64Array.of(0),
      outputMax: Float64Array.of(5),
    })
  })

  it('joins regions over edges at which the function has no kink', () => {
    // max(x1, x2) = relu(x1 - x2) + relu(x2) - relu(-x2): the line x2 = 0 is no kink
    const parameters = Float64Array.of(1, -1, 0, 1, 0, -1, 0, 0, 0, 1, 1, -1, 0)
    expect(countPlanePieces(relu([2, 3, 1]), parameters, { box: square })).toMatchObject({ pieces: 2, regions: 4 })
  })

  it('keeps pieces apart that have one affine function but no edge in common', () => {
    // two ridges along x2: 0 to the left of them, between them and to their right
    const w = [1, 1, 1, 1, 1, 1].flatMap((x) => [x, 0])
    const b = [0.75, 0.5, 0.25, -0.25, -0.5, -0.75]
    const parameters = Float64Array.from([...w, ...b, 1, -2, 1, 1, -2, 1, 0])
    expect(countPlanePieces(relu([2, 6, 1]), parameters, { box: square })).toMatchObject({ pieces: 7, regions: 7 })
  })

  it('counts 1 + n + crossings regions of n lines', () => {
    // an arrangement in general position: every line adds a region, and one more for each line that it crosses inside
    for (let trial = 0; trial < 30; trial += 1) {
      const n = 3 + (trial % 6)
      const { shape, parameters } = randomNetwork(trial, [2, n, 1])
      const lines = Array.from({ length: n }, (_, j) => [parameters[2 * j]!, parameters[2 * j + 1]!, parameters[2 * n + j]!] as const)
      const crossing = lines.filter(([a, b, c]) => Math.abs(c) < Math.abs(a) + Math.abs(b)).length
      const inside = lines.flatMap(([a, b, c], i) =>
        lines.slice(i + 1).filter(([d, e, f]) => {
          const determinant = a * e - b * d
          return Math.max(Math.abs(b * f - c * e), Math.abs(c * d - a * f)) < Math.abs(determinant)
        }),
      ).length
      const counted = countPlanePieces(shape, parameters, { box: square })
      expect(counted).toMatchObject({ pieces: 1 + crossing + inside, regions: 1 + crossing + inside, nearTies: 0, truncated: false })
    }
  })

  it('sees lines through one point meet there: 2 n sectors without biases', () => {
    for (let n = 1; n <= 12; n += 1) {
      const { shape, parameters } = randomNetwork(n, [2, n, 1])
      parameters.fill(0, 2 * n, 3 * n)
      expect(countPlanePieces(shape, parameters, { box: square })).toMatchObject({ pieces: 2 * n, regions: 2 * n, nearTies: 0 })
    }
  })

  it('cuts once where units have one line in common', () => {
    const parameters = Float64Array.of(0.3, 0.7, -0.3, -0.7, 0.9, 2.1, 0.1, -0.1, 0.3, 1, 2, 3, 0)
    expect(countPlanePieces(relu([2, 3, 1]), parameters, { box: square })).toMatchObject({ pieces: 2, regions: 2, nearTies: 0 })
  })

  it.each([1, 2, 3, 4, 5, 6])('counts 4^%i squares of two sawtooths', (m) => {
    const { shape, parameters } = sawtoothOfBoth(m)
    const counted = countPlanePieces(shape, parameters, { box: [[0, 1], [0, 1]] })
    expect(counted).toMatchObject({ pieces: 4 ** m, regions: 4 ** m, nearTies: 0, truncated: false })
    expect([counted.outputMin[0], counted.outputMax[0]]).toEqual([0, 2])
  })

  it('covers the box with cells of different patterns and the gradients of the network, up to the bound of Serra et al.', () => {
    for (let trial = 0; trial < 40; trial += 1) {
      const { shape, parameters } = randomNetwork(trial, layerSizes(2, 3 + (trial % 4), 3 + (trial % 6), 2))
      const layers = layerLayouts(shape.sizes)
      const mesh = new PlaneMesh(shape.sizes, square, 1e6)
      layers.forEach((layer, l) => {
        mesh.applyLayer(layer, parameters)
        if (l < layers.length - 1) mesh.rectify(0)
      })
      const middles = mesh.cells.map(({ vertices }) =>
        [0, 1].map((k) => vertices.reduce((sum, v) => sum + mesh.positions[2 * v + k]!, 0) / vertices.length),
      )
      expect(new Set(middles.map((middle) => patternAt(shape, parameters, middle))).size).toBe(mesh.cells.length)
      for (const [c, middle] of middles.entries()) {
        const expected = gradientAt({ layers, leak: 0, parameters }, Float64Array.from(middle))
        expect(expected.every((slope, k) => Math.abs(mesh.gradients[4 * c + k]! - slope) < 1e-10)).toBe(true)
      }
      const { pieces, regions } = countPlanePieces(shape, parameters, { box: square })
      expect(regions).toBe(mesh.cells.length)
      expect(pieces).toBeLessThanOrEqual(regions)
      expect(regions).toBeLessThanOrEqual(mostRegions(shape.sizes.slice(0, -1)))
    }
  })

  it('has at least the regions that dense sampling finds, and no more than a few too small for it', () => {
    const side = 150
    let sampled = 0
    let counted = 0
    for (let trial = 0; trial < 8; trial += 1) {
      const { shape, parameters } = randomNetwork(trial, layerSizes(2, 3, 6, 1))
      const patterns = new Set<string>()
      for (let i = 0; i < side * side; i += 1) {
        const point = [(2 * (i % side) + 1) / side - 1, (2 * Math.floor(i / side) + 1) / side - 1]
        patterns.add(patternAt(shape, parameters, point))
      }
      const { regions } = countPlanePieces(shape, parameters, { box: square })
      expect(regions).toBeGreaterThanOrEqual(patterns.size)
      sampled += patterns.size
      counted += regions
    }
    expect(counted).toBeGreaterThan(8 * 10)
    expect(counted).toBeLessThan(1.15 * sampled)
  })

  it('counts along x1 what a network that sees nothing else has on a line', () => {
    for (let trial = 0; trial < 50; trial += 1) {
      const { shape, parameters } = randomNetwork(trial, [1, 6, 6, 6, 1])
      const first = Array.from(parameters.subarray(0, 6)).flatMap((w) => [w, 0])
      const wide = Float64Array.from([...first, ...parameters.subarray(6)])
      const { pieces, regions } = countPieces(shape, parameters, 0, [-1, 1])
      expect(countPlanePieces(relu([2, 6, 6, 6, 1]), wide, { box: square })).toMatchObject({ pieces, regions })
    }
  })

  it('counts a leaky network as its relu twin of twice the units', () => {
    // leak(z) = relu(z) - leak relu(-z)
    const leaky: NetworkShape = { sizes: [2, 2, 1], activation: { kind: 'leaky-relu', leak: 0.25 } }
    const parameters = Float64Array.of(1, 0.5, 1, -1, 0.5, -0.5, 1, -2, 0)
    const twin = Float64Array.of(1, 0.5, -1, -0.5, 1, -1, -1, 1, 0.5, -0.5, -0.5, 0.5, 1, -0.25, -2, 0.5, 0)
    const counted = countPlanePieces(leaky, parameters, { box: square })
    expect(counted).toEqual(countPlanePieces(relu([2, 4, 1]), twin, { box: square }))
    expect(counted.pieces).toBe(4)
  })

  it('gives a lower bound where the cells are too many, and says so', () => {
    const { shape, parameters } = sawtoothOfBoth(5)
    const counted = countPlanePieces(shape, parameters, { box: [[0, 1], [0, 1]], mostCells: 300 })
    // two layers, of 256 squares, are within the bound; of the fifth unit, 16 more cuts are
    expect(counted.truncated).toBe(true)
    expect(counted.regions).toBeGreaterThanOrEqual(256)
    expect(counted.regions).toBeLessThanOrEqual(300)
    // the four gradients (+-32, +-32) are all that differ
    expect(counted.pieces).toBe(4)
  })

  it('reports a layer that is zero on the box, and the one piece that is left', () => {
    const parameters = Float64Array.of(1, 1, 1, -1, -5, -5, 1, 1, 3)
    const counted = countPlanePieces(relu([2, 2, 1]), parameters, { box: square })
    expect(counted).toMatchObject({ pieces: 1, regions: 1, zeroLayers: [1] })
    expect(counted.outputMin).toEqual(counted.outputMax)
  })

  it('takes a diverged network for one piece', () => {
    const parameters = new Float64Array(parameterCount(relu([2, 3, 1]))).fill(Number.NaN)
    expect(countPlanePieces(relu([2, 3, 1]), parameters, { box: square })).toMatchObject({ pieces: 1, regions: 1 })
  })

  it('refuses a smooth activation and another number of inputs', () => {
    const tanh: NetworkShape = { sizes: [2, 2, 1], activation: { kind: 'tanh' } }
    expect(() => countPlanePieces(tanh, new Float64Array(9), { box: square })).toThrow('tanh is smooth')
    expect(() => countPlanePieces(relu([1, 2, 1]), new Float64Array(7), { box: square })).toThrow('invalid inputs: 1 (a box needs 2)')
  })
})
