import { at } from '../at.ts'
import { addTileSums, sumTile } from './tile-sums.ts'
import type { NetworkState } from './network-state.ts'
import type { NormalizedLayer } from './normalized-layer.ts'
import { reciprocalDeviation } from './normalized-layer.ts'
import type { Tile } from './samples.ts'

/**
 * Normalizes every unit of a layer over all samples of the pass: u = gamma x + beta in the place of z (NUMERICS.md, 3).
 * @source S. Ioffe, C. Szegedy, "Batch normalization" (2015), arXiv 1502.03167; the statistics are always those of the samples
 */
export function* normalizeBatch(
  network: NetworkState,
  layer: NormalizedLayer,
  tiles: readonly Tile[],
): Generator<void, void> {
  const { arithmetic } = network
  const { fma, round } = arithmetic
  const { normalization, outputs, preactivations: z } = layer
  const { means, reciprocals } = normalization
  means.set(yield* meansOverSamples(network, layer, tiles, (sum, i) => round(sum + at(z, i))))
  const variances = yield* meansOverSamples(network, layer, tiles, (sum, i) => {
    const deviation = round(at(z, i) - at(means, i % outputs))
    return fma(deviation, deviation, sum)
  })
  variances.forEach((variance, j) => {
    reciprocals[j] = reciprocalDeviation(variance, arithmetic)
  })
  for (const tile of tiles) {
    normalizeTile(network, layer, tile)
    yield
  }
}

function normalizeTile({ arithmetic, parameters }: NetworkState, layer: NormalizedLayer, tile: Tile): void {
  const { fma, round } = arithmetic
  const { normalization, outputs, preactivations: z } = layer
  const { beta, gamma, means, normalized, reciprocals } = normalization
  const end = (tile.row + tile.points.length) * outputs
  for (let i = tile.row * outputs; i < end; i++) {
    const j = i % outputs
    const x = round(round(at(z, i) - at(means, j)) * at(reciprocals, j))
    normalized[i] = x
    z[i] = fma(at(parameters, gamma + j), x, at(parameters, beta + j))
  }
}

/**
 * Replaces du by dz = gamma r (du - c1 - x c2), c1 and c2 the means over all samples of du and du x (NUMERICS.md, 4).
 * All tiles of `deltas` hold du.
 */
export function* differentiateBatch(
  network: NetworkState,
  layer: NormalizedLayer,
  tiles: readonly Tile[],
): Generator<void, void> {
  const { fma, round, stored } = network.arithmetic
  const { deltas, normalization, outputs } = layer
  const { gamma, normalized, reciprocals } = normalization
  const c1 = yield* meansOverSamples(network, layer, tiles, (sum, i) => round(sum + at(deltas, i)))
  const c2 = yield* meansOverSamples(network, layer, tiles, (sum, i) => fma(at(deltas, i), at(normalized, i), sum))
  for (const tile of tiles) {
    const end = (tile.row + tile.points.length) * outputs
    for (let i = tile.row * outputs; i < end; i++) {
      const j = i % outputs
      const rest = round(at(deltas, i) - fma(at(normalized, i), at(c2, j), at(c1, j)))
      deltas[i] = stored(round(round(at(network.parameters, gamma + j) * at(reciprocals, j)) * rest))
    }
    yield
  }
}

/** Means over all samples of the pass, [unit]. @param add takes element `i` of [sample][unit] into its unit's sum */
function* meansOverSamples(
  { arithmetic }: NetworkState,
  { outputs }: NormalizedLayer,
  tiles: readonly Tile[],
  add: (sum: number, i: number) => number,
): Generator<void, Float64Array> {
  const sums = new Float64Array(outputs)
  for (const tile of tiles) {
    addTileSums(sums, sumTile(outputs, tile, add), tile, arithmetic.round)
    yield
  }
  const samples = arithmetic.round(tiles.reduce((count, { points }) => count + points.length, 0))
  return sums.map((sum) => arithmetic.round(sum / samples))
}
