import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import type { Loss } from '../losses/index.ts'
import { differentiateBatch } from './batch-normalization.ts'
import { eachSample } from './forward-pass.ts'
import { differentiateLayer } from './layer-normalization.ts'
import type { LayerState, NetworkState } from './network-state.ts'
import type { NormalizedLayer } from './normalized-layer.ts'
import type { Tile } from './samples.ts'
import { addTileSums, sumTile } from './tile-sums.ts'

/** What the gradient is taken of: the mean loss over `samples` samples, of which a pass has some. */
export interface StepLoss {
  readonly loss: Loss
  readonly points: TrainingPoints
  /** Number of samples of the whole step. */
  readonly samples: number
}

/**
 * Takes the samples of a pass, which `forwardPass` has propagated, into the step's gradient (NUMERICS.md, 4).
 * Yields after every tile of a layer.
 * @param gradient [parameter]; overwritten where a pass has the first tile of the step
 */
export function* backwardPass(
  gradient: Float64Array,
  network: NetworkState,
  tiles: readonly Tile[],
  stepLoss: StepLoss,
): Generator<void, void> {
  for (const tile of tiles) outputDeltas(network, tile, stepLoss)
  for (let l = network.layers.length - 1; l >= 0; l -= 1) {
    const layer = network.layers[l]
    const below = network.layers[l - 1]
    if (layer === undefined) continue
    for (const tile of tiles) {
      addLayerGradient(gradient, network, layer, tile)
      if (below !== undefined) carryDown(network, layer, below, tile)
      yield
    }
    if (below !== undefined) yield* differentiateNormalization(gradient, network, below, tiles)
  }
}

function outputDeltas({ arithmetic, layers, output }: NetworkState, tile: Tile, { loss, points, samples }: StepLoss): void {
  const { outputDim, targets } = points
  const deltas = layers.at(-1)?.deltas ?? output
  const scale = loss.scale(samples, outputDim)
  tile.points.forEach((point, i) => {
    for (let j = 0; j < outputDim; j += 1) {
      const place = (tile.row + i) * outputDim + j
      const error = arithmetic.round(at(output, place) - at(targets, point * outputDim + j))
      deltas[place] = arithmetic.stored(loss.derivative(error, scale))
    }
  })
}

function addLayerGradient(gradient: Float64Array, network: NetworkState, layer: LayerState, tile: Tile): void {
  const { fma, round, stored } = network.arithmetic
  const { biases, deltas, inputs, outputs, received, weights } = layer
  const ofWeights = new Float64Array(inputs * outputs)
  eachSample(tile, (sample) => {
    for (let j = 0; j < outputs; j++) {
      const dz = at(deltas, sample * outputs + j)
      for (let k = 0; k < inputs; k++) {
        ofWeights[j * inputs + k] = fma(dz, at(received, sample * inputs + k), at(ofWeights, j * inputs + k))
      }
    }
  })
  const ofBiases = sumTile(outputs, tile, (sum, i) => round(sum + at(deltas, i)))
  addTileSums(gradient.subarray(weights, biases), ofWeights, tile, stored)
  addTileSums(gradient.subarray(biases, biases + outputs), ofBiases, tile, stored)
}

/**
 * q = sum over j of W[j][k] dz[j], j ascending, then the activation's derivative: dz of the layer below or, where that is
 * normalized, du.
 */
function carryDown(network: NetworkState, layer: LayerState, below: LayerState, tile: Tile): void {
  const { activation, arithmetic, parameters } = network
  const { fma, round, stored } = arithmetic
  const { deltas, inputs, outputs, received, weights } = layer
  eachSample(tile, (sample) => {
    for (let k = 0; k < inputs; k++) {
      let q = round(at(parameters, weights + k) * at(deltas, sample * outputs))
      for (let j = 1; j < outputs; j++) {
        q = fma(at(parameters, weights + j * inputs + k), at(deltas, sample * outputs + j), q)
      }
      const place = sample * inputs + k
      const derivative = activation.derivative(q, at(below.preactivations, place), at(received, place))
      below.deltas[place] = below.normalization === null ? stored(derivative) : derivative
    }
  })
}

function* differentiateNormalization(
  gradient: Float64Array,
  network: NetworkState,
  layer: LayerState,
  tiles: readonly Tile[],
): Generator<void, void> {
  const { normalization } = layer
  if (normalization === null) return
  const normalized = { ...layer, normalization }
  for (const tile of tiles) addScaleGradient(gradient, network, normalized, tile)
  if (normalization.kind === 'batch') {
    yield* differentiateBatch(network, normalized, tiles)
    return
  }
  for (const tile of tiles) {
    eachSample(tile, (sample) => differentiateLayer(network, normalized, sample))
    yield
  }
}

/** The gradients of beta and gamma; `deltas` holds du. */
function addScaleGradient(gradient: Float64Array, network: NetworkState, layer: NormalizedLayer, tile: Tile): void {
  const { fma, round, stored } = network.arithmetic
  const { deltas, normalization, outputs } = layer
  const { beta, gamma, normalized } = normalization
  const ofShifts = sumTile(outputs, tile, (sum, i) => round(sum + at(deltas, i)))
  const ofScales = sumTile(outputs, tile, (sum, i) => fma(at(deltas, i), at(normalized, i), sum))
  addTileSums(gradient.subarray(beta, beta + outputs), ofShifts, tile, stored)
  addTileSums(gradient.subarray(gamma, gamma + outputs), ofScales, tile, stored)
}
