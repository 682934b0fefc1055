import { activationOf } from '../activations/index.ts'
import type { Activation } from '../activations/index.ts'
import { at } from '../at.ts'
import type { LayerLayout, NetworkShape, Parameters } from '../network.ts'
import { affineParameterCount, layerLayouts } from '../network.ts'

/** As in training (NUMERICS.md, 3). */
const EPSILON = 1e-5

/** The same hidden layers without normalization: the shape of a folded network. */
export function foldedShape({ sizes, activation }: NetworkShape): NetworkShape {
  return { sizes, activation }
}

/**
 * The parameters of the network without normalization that is the same function as a batch-normalized one with the statistics
 * of the given points: gamma (w h + b - mean) r + beta is affine in h. Computed in binary64 from the stored parameters.
 * @param offset of the network's first parameter
 * @param inputs the full training set, as it is stored, [point][coordinate]
 * @returns [parameter] of `foldedShape`
 */
export function foldBatchNormalization(
  { sizes, activation: spec }: NetworkShape,
  parameters: Parameters,
  offset: number,
  inputs: Float64Array,
): Float64Array {
  const count = affineParameterCount(sizes)
  const folded = Float64Array.from(parameters.subarray(offset, offset + count))
  const activation = activationOf(spec)
  let scales = offset + count
  let received = inputs
  for (const layer of layerLayouts(sizes).slice(0, -1)) {
    const { outputs } = layer
    const values = affineValues(folded, layer, received)
    const gamma = Float64Array.from(parameters.subarray(scales, scales + outputs))
    const beta = Float64Array.from(parameters.subarray(scales + outputs, scales + 2 * outputs))
    for (let j = 0; j < outputs; j++) foldUnit(folded, layer, j, { values, gamma: at(gamma, j), beta: at(beta, j), activation })
    scales += 2 * outputs
    received = values
  }
  return folded
}

/** z of all points, [point][unit]. */
function affineValues(parameters: Float64Array, layer: LayerLayout, received: Float64Array): Float64Array {
  const { biases, inputs, outputs, weights } = layer
  const values = new Float64Array((received.length / inputs) * outputs)
  for (let i = 0; i < values.length; i++) {
    const j = i % outputs
    const point = (i - j) / outputs
    let z = at(parameters, biases + j)
    for (let k = 0; k < inputs; k++) z += at(parameters, weights + j * inputs + k) * at(received, point * inputs + k)
    values[i] = z
  }
  return values
}

interface UnitScale {
  /** z of all points, [point][unit]; those of the unit are replaced by its activations. */
  readonly values: Float64Array
  readonly gamma: number
  readonly beta: number
  readonly activation: Activation
}

function foldUnit(folded: Float64Array, layer: LayerLayout, j: number, { values, gamma, beta, activation }: UnitScale): void {
  const { biases, inputs, outputs, weights } = layer
  const points = values.length / outputs
  const mean = sumOver(values, outputs, j, (z) => z) / points
  const variance = sumOver(values, outputs, j, (z) => (z - mean) * (z - mean)) / points
  const scale = gamma / Math.sqrt(variance + EPSILON)
  for (let k = 0; k < inputs; k++) folded[weights + j * inputs + k] = scale * at(folded, weights + j * inputs + k)
  folded[biases + j] = scale * (at(folded, biases + j) - mean) + beta
  for (let i = j; i < values.length; i += outputs) values[i] = activation.value(scale * (at(values, i) - mean) + beta)
}

function sumOver(values: Float64Array, stride: number, first: number, term: (z: number) => number): number {
  let sum = 0
  for (let i = first; i < values.length; i += stride) sum += term(at(values, i))
  return sum
}
