import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import type { LayerState, NetworkState } from './network-state.ts'
import { affine } from './network-state.ts'
import { normalizeBatch } from './batch-normalization.ts'
import { normalizeLayer } from './layer-normalization.ts'
import type { Tile } from './samples.ts'

/**
 * Propagates the samples of one pass, layer by layer, and leaves all that the backward pass needs (NUMERICS.md, 3).
 * Yields after every tile of a layer.
 */
export function* forwardPass(
  network: NetworkState,
  tiles: readonly Tile[],
  points: Pick<TrainingPoints, 'inputs' | 'inputDim'>,
): Generator<void, void> {
  receivePoints(network, tiles, points)
  for (const [l, layer] of network.layers.entries()) {
    for (const tile of tiles) {
      eachSample(tile, (sample) => affine(network, layer, sample))
      yield
    }
    yield* normalize(network, layer, tiles)
    const above = network.layers[l + 1]
    for (const tile of tiles) store(network, layer, above, tile)
  }
}

/** Calls with the place in the pass of each sample of a tile. */
export function eachSample(tile: Tile, visit: (sample: number) => void): void {
  for (let i = 0; i < tile.points.length; i++) visit(tile.row + i)
}

function receivePoints(
  { layers }: NetworkState,
  tiles: readonly Tile[],
  { inputs, inputDim }: Pick<TrainingPoints, 'inputs' | 'inputDim'>,
): void {
  for (const { points, row } of tiles) {
    points.forEach((point, i) => {
      layers[0]?.received.set(inputs.subarray(point * inputDim, (point + 1) * inputDim), (row + i) * inputDim)
    })
  }
}

function* normalize(network: NetworkState, layer: LayerState, tiles: readonly Tile[]): Generator<void, void> {
  const { normalization } = layer
  if (normalization === null) return
  if (normalization.kind === 'batch') {
    yield* normalizeBatch(network, { ...layer, normalization }, tiles)
    return
  }
  for (const tile of tiles) {
    eachSample(tile, (sample) => normalizeLayer(network, { ...layer, normalization }, sample))
    yield
  }
}

/** h = st(a) to the layer above, or o = st(z) of the last layer. */
function store(network: NetworkState, layer: LayerState, above: LayerState | undefined, tile: Tile): void {
  const { activation, arithmetic } = network
  const { outputs, preactivations } = layer
  const end = (tile.row + tile.points.length) * outputs
  for (let i = tile.row * outputs; i < end; i++) {
    const z = at(preactivations, i)
    if (above === undefined) preactivations[i] = arithmetic.stored(z)
    else above.received[i] = arithmetic.stored(activation.value(z))
  }
}
