import { at } from '../at.ts'
import type { NetworkShape, Parameters } from '../network.ts'
import { layerLayouts, parameterCount } from '../network.ts'
import { AffineLine } from './affine-line.ts'
import { firstRoots, propagate, requireMeasurable, SLOPE_TOLERANCE } from './pieces.ts'

/** A piecewise affine network of one input and one output as a function to be drawn. */
export interface NetworkGraph {
  /** Both ends of the domain and every place at which a unit switches, ascending. */
  readonly positions: readonly number[]
  /** [position]; between two of them the function is affine. */
  readonly values: readonly number[]
  /** Those positions at which the slope changes, ascending: one fewer than the affine pieces. */
  readonly breakpoints: readonly number[]
}

/**
 * Exact graph of a network on [low, high], by the same propagation and the same tolerance as `countPieces`.
 * @throws RangeError for a smooth activation, a normalization, more than one output, and beyond 2^22 breakpoints
 */
export function networkGraph(shape: NetworkShape, parameters: Parameters, [low, high]: readonly [number, number]): NetworkGraph {
  requireMeasurable(shape)
  const [inputs, outputs] = [shape.sizes[0] ?? 0, shape.sizes.at(-1) ?? 0]
  if (inputs !== 1 || outputs !== 1) throw new RangeError(`invalid shape: ${inputs} inputs, ${outputs} outputs (a graph is of one and one)`)
  const network = {
    layers: layerLayouts(shape.sizes),
    leak: shape.activation.kind === 'leaky-relu' ? shape.activation.leak : 0,
    parameters: Float64Array.from(parameters.subarray(0, parameterCount(shape))),
  }
  const line = new AffineLine(shape.sizes)
  line.begin(low, high, Float64Array.of(low), Float64Array.of(high))
  propagate(line, network, firstRoots(network))
  const slopes = Array.from({ length: line.count }, (_, i) => at(line.slopes, i * line.stride))
  const tolerance = SLOPE_TOLERANCE * slopes.reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 1)
  // a root is -b / w, and so may be -0
  const positions = Array.from(line.positions.subarray(0, line.count + 1), (position) => position + 0)
  return {
    positions,
    values: positions.map((_, p) => at(line.values, p * line.stride)),
    breakpoints: positions.slice(1, -1).filter((_, i) => Math.abs((slopes[i + 1] ?? 0) - (slopes[i] ?? 0)) > tolerance),
  }
}
