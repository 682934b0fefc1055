import { describe, expect, it } from 'vitest'
import type { ActivationSpec } from '../trial.ts'
import type { NetworkShape, Parameters } from '../network.ts'
import { layerLayouts, layerSizes, parameterCount } from '../network.ts'
import { fillNormals } from '../random/normal.ts'
import { lineMeasurer, SLOPE_TOLERANCE } from './pieces.ts'
import { rayPiecesCounter } from './ray-pieces.ts'

const RELU: ActivationSpec = { kind: 'relu' }
const LEAKY: ActivationSpec = { kind: 'leaky-relu', leak: 0.25 }

/** Normal numbers of deviation sqrt(2 / width), every seventh of them 0; hidden biases 0, that of the output not. */
function unbiased(shape: NetworkShape, trial: number): Float64Array {
  const parameters = new Float64Array(parameterCount(shape))
  fillNormals(parameters, parameters.length, { key: [3, 5], trial, tensor: 0 })
  const scaled = parameters.map((z, i) => (i % 7 === 6 ? 0 : z * Math.sqrt(2 / (shape.sizes[1] ?? 1))))
  for (const { biases, outputs } of layerLayouts(shape.sizes).slice(0, -1)) scaled.fill(0, biases, biases + outputs)
  return scaled
}

const shapeOf = (depth: number, width: number, activation: ActivationSpec = RELU, outputs = 1): NetworkShape => ({
  sizes: layerSizes(1, depth, width, outputs),
  activation,
})

const onRays = (shape: NetworkShape, parameters: Parameters, domain: readonly [number, number]) =>
  rayPiecesCounter(shape, SLOPE_TOLERANCE)(parameters, 0, domain)

describe('pieces on two rays', () => {
  it('are those along the line, of living and of dead networks, in binary32 and in binary64', () => {
    const found = new Map<number | null, number>()
    for (const width of [1, 2, 3, 5, 9]) {
      for (let trial = 0; trial < 240; trial += 1) {
        const shape = shapeOf(1 + (trial % 12), width, trial % 5 === 0 ? LEAKY : RELU, trial % 3 === 0 ? 2 : 1)
        const domain = trial % 2 === 0 ? ([-1.7, 0.8] as const) : ([-1, 1] as const)
        const wide = unbiased(shape, trial)
        for (const parameters of [wide, Float32Array.from(wide)]) {
          const pieces = onRays(shape, parameters, domain)
          // `onDomain` takes the line itself through all layers
          expect(pieces).toBe(lineMeasurer(shape).onDomain(parameters, 0, domain).pieces)
          found.set(pieces, (found.get(pieces) ?? 0) + 1)
        }
      }
    }
    expect([...found.keys()].toSorted()).toEqual([1, 2])
    expect(Math.min(...found.values())).toBeGreaterThan(500)
  })

  it('are two for |x| and for relu, one for x = relu(x) - relu(-x) and for a network that is zero', () => {
    const pieces = (v: number, w: number) => onRays(shapeOf(2, 2), Float64Array.of(1, -1, 0, 0, v, w, 7), [-1, 2])
    expect([pieces(1, 1), pieces(1, 0), pieces(1, -1), pieces(0, 0)]).toEqual([2, 2, 1, 1])
  })

  it('are one for slopes that differ by rounding', () => {
    const pieces = (w: number) => onRays(shapeOf(2, 2), Float64Array.of(1, -1, 0, 0, 1, w, 0), [-1, 1])
    expect([pieces(-1 - 0.9 * SLOPE_TOLERANCE), pieces(-1 - 1.1 * SLOPE_TOLERANCE)]).toEqual([1, 2])
  })

  it('are left to the line where a hidden bias, the domain or a weight says more', () => {
    const shape = shapeOf(3, 2)
    const parameters = Float64Array.of(1, -1, 0, 0, 1, 2, 3, 4, 0, 0, 1, 1, 0)
    const changed = (i: number, value: number) => parameters.with(i, value)
    expect(onRays(shape, parameters, [-1, 1])).toBe(2)
    for (const i of [2, 3, 8, 9]) expect(onRays(shape, changed(i, 1e-300), [-1, 1])).toBeNull()
    expect(onRays(shape, changed(12, 1), [-1, 1])).toBe(2)
    for (const bad of [Infinity, NaN]) expect(onRays(shape, changed(4, bad), [-1, 1])).toBeNull()
    for (const domain of [[0, 1], [-1, 0], [1, 2], [-1e-3, 1e-3]] as const) {
      expect(onRays(shape, changed(0, Number.MIN_VALUE), domain)).toBeNull()
    }
  })
})
