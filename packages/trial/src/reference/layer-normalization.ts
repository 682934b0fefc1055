import { at } from '../at.ts'
import type { NetworkState } from './network-state.ts'
import type { NormalizedLayer } from './normalized-layer.ts'
import { reciprocalDeviation } from './normalized-layer.ts'

/**
 * Normalizes one sample over the units of a layer: u = gamma x + beta in the place of z (NUMERICS.md, 3).
 * @source J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization" (2016), arXiv 1607.06450
 */
export function normalizeLayer(network: NetworkState, layer: NormalizedLayer, sample: number): void {
  const { arithmetic, parameters } = network
  const { fma, round } = arithmetic
  const { normalization, outputs, preactivations: z } = layer
  const row = sample * outputs
  const mean = meanOverUnits(network, outputs, (sum, j) => round(sum + at(z, row + j)))
  const variance = meanOverUnits(network, outputs, (sum, j) => {
    const deviation = round(at(z, row + j) - mean)
    return fma(deviation, deviation, sum)
  })
  const r = reciprocalDeviation(variance, arithmetic)
  normalization.means[sample] = mean
  normalization.reciprocals[sample] = r
  for (let j = 0; j < outputs; j++) {
    const x = round(round(at(z, row + j) - mean) * r)
    normalization.normalized[row + j] = x
    z[row + j] = fma(at(parameters, normalization.gamma + j), x, at(parameters, normalization.beta + j))
  }
}

/** Replaces du of one sample by dz = r (v - c1 - x c2), v = gamma du, c1 and c2 the means of v and v x (NUMERICS.md, 4). */
export function differentiateLayer(network: NetworkState, layer: NormalizedLayer, sample: number): void {
  const { arithmetic, parameters } = network
  const { fma, round, stored } = arithmetic
  const { deltas, normalization, outputs } = layer
  const { normalized, reciprocals } = normalization
  const row = sample * outputs
  const v = (j: number): number => round(at(parameters, normalization.gamma + j) * at(deltas, row + j))
  const c1 = meanOverUnits(network, outputs, (sum, j) => round(sum + v(j)))
  const c2 = meanOverUnits(network, outputs, (sum, j) => fma(v(j), at(normalized, row + j), sum))
  for (let j = 0; j < outputs; j++) {
    const rest = round(v(j) - fma(at(normalized, row + j), c2, c1))
    deltas[row + j] = stored(round(at(reciprocals, sample) * rest))
  }
}

function meanOverUnits(
  { arithmetic: { round } }: NetworkState,
  units: number,
  add: (sum: number, unit: number) => number,
): number {
  let sum = 0
  for (let j = 0; j < units; j++) sum = add(sum, j)
  return round(sum / round(units))
}
