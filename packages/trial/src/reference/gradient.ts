import type { TrainingPoints } from '../batch.ts'
import type { Loss } from '../losses/index.ts'
import type { LayerState, NetworkState } from './network-state.ts'
import { forward } from './network-state.ts'

/** What a tile's gradient is taken of: a mean loss over `samples` samples, of which the tile has some. */
export interface StepLoss {
  readonly loss: Loss
  readonly points: TrainingPoints
  /** Number of samples of the whole step. */
  readonly samples: number
}

/**
 * The part of the step's gradient that one tile contributes (NUMERICS.md, 4).
 * @param gradient overwritten, [parameter]
 * @param tile numbers of its points, in order
 */
export function tileGradient(
  gradient: Float64Array,
  network: NetworkState,
  tile: readonly number[],
  { loss, points, samples }: StepLoss,
): void {
  const scale = loss.scale(samples, points.outputDim)
  gradient.fill(0)
  for (const point of tile) {
    forward(network, points.inputs.subarray(point * points.inputDim, (point + 1) * points.inputDim))
    const deltas = network.layers.at(-1)?.deltas ?? network.output
    for (let j = 0; j < points.outputDim; j += 1) {
      const error = (network.output[j] as number) - (points.targets[point * points.outputDim + j] as number)
      deltas[j] = loss.derivative(error, scale)
    }
    backward(gradient, network)
  }
}

/** Carries the output's `deltas` down to the first layer, adding every layer's share of the gradient. */
function backward(gradient: Float64Array, network: NetworkState): void {
  for (let l = network.layers.length - 1; l >= 0; l -= 1) {
    const layer = network.layers[l]
    const below = network.layers[l - 1]
    if (layer !== undefined) addLayerGradient(gradient, layer)
    if (layer !== undefined && below !== undefined) carryDown(network, layer, below)
  }
}

function addLayerGradient(gradient: Float64Array, layer: LayerState): void {
  const { biases, deltas, inputs, outputs, received, weights } = layer
  for (let j = 0; j < outputs; j++) {
    const dz = deltas[j] as number
    const row = weights + j * inputs
    for (let k = 0; k < inputs; k++) gradient[row + k] = (gradient[row + k] as number) + dz * (received[k] as number)
    gradient[biases + j] = (gradient[biases + j] as number) + dz
  }
}

/** q = sum over j of W[j][k] dz[j], j ascending, then the activation's derivative: the deltas of the layer below. */
function carryDown({ activation, parameters }: NetworkState, layer: LayerState, below: LayerState): void {
  const { deltas, inputs, outputs, received, weights } = layer
  for (let k = 0; k < inputs; k++) {
    let q = (parameters[weights + k] as number) * (deltas[0] as number)
    for (let j = 1; j < outputs; j++) q += (parameters[weights + j * inputs + k] as number) * (deltas[j] as number)
    below.deltas[k] = activation.derivative(q, below.preactivations[k] as number, received[k] as number)
  }
}
