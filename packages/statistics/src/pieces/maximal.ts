import { checkCount } from '../counts.ts'

/** A ReLU network as far as counting goes. */
export interface CountedNetwork {
  readonly inputDim: number
  /** Units of each hidden layer. */
  readonly widths: readonly number[]
  readonly relu: boolean
}

/** More than this, and the exact number would have more digits than anyone reads. */
const MOST_UNITS = 1_000_000

/**
 * The greatest number of activation regions, hence of affine pieces, that a ReLU network can have, exactly:
 * the sum over (j_1, ..., j_H) in J of prod_l C(N_l, j_l), J = { 0 <= j_l <= min(d, N_1 - j_1, ..., N_(l-1) - j_(l-1), N_l) }.
 * For one input and widths of at least 2 it is prod_l (N_l + 1). Null unless units are ReLU: it bounds no other network.
 *
 * @throws RangeError unless inputDim and widths are integers of at least 1, with at most a million units in all.
 * @source Serra, Tjandraatmadja and Ramalingam, ICML 2018, theorem 1, arXiv:1711.02114
 */
export function maximalRegions({ inputDim, widths, relu }: CountedNetwork): bigint | null {
  checkNetwork(inputDim, widths)
  if (!relu) return null
  // [dimension that is left], from the last hidden layer to the first
  let regions = Array<bigint>(inputDim + 1).fill(1n)
  for (const width of widths.toReversed()) regions = regions.map((_, dimension) => throughLayer(width, dimension, regions))
  return regions[inputDim] ?? 1n
}

/**
 * The greatest number of affine pieces. As `maximalRegions`, but at most 3 for one input and a chain of single units, which
 * can only clamp a straight line from both sides. Attained for one input and widths of at least 3.
 */
export function maximalPieces(network: CountedNetwork): bigint | null {
  const regions = maximalRegions(network)
  const clamps = network.inputDim === 1 && network.widths.every((width) => width === 1)
  return regions !== null && clamps && regions > 3n ? 3n : regions
}

/** Sum over the j units whose lines meet in the regions of this dimension, given what follows, [dimension]. */
function throughLayer(width: number, dimension: number, following: readonly bigint[]): bigint {
  let sum = 0n
  let choices = 1n
  for (let j = 0; j <= Math.min(dimension, width); j += 1) {
    sum += choices * (following[Math.min(dimension, width - j)] ?? 1n)
    choices = (choices * BigInt(width - j)) / BigInt(j + 1)
  }
  return sum
}

function checkNetwork(inputDim: number, widths: readonly number[]): void {
  checkCount('inputDim', inputDim, 1)
  for (const width of widths) checkCount('width', width, 1)
  const units = widths.reduce((sum, width) => sum + width, 0)
  if (units > MOST_UNITS) throw new RangeError(`widths must add up to at most ${MOST_UNITS} units, got ${units}`)
}
