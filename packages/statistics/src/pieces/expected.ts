import { checkCount } from '../counts.ts'

/** Normal of deviation `std`, or uniform on +-`limit`. */
export type EntryLaw =
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly limit: number }

/** One hidden layer at initialization, all numbers independent. */
export interface FirstLayer {
  readonly inputDim: number
  readonly width: number
  readonly relu: boolean
  readonly weights: EntryLaw
  /** Null for zero biases: then all units turn at the origin together. */
  readonly biases: EntryLaw | null
  readonly domain: readonly [number, number]
}

/**
 * Expected number of pieces of a ReLU network with one hidden layer and one input, at initialization, exactly: 1 plus N times
 * the probability that -b / w lies in the domain. -b / w is a Cauchy variable times std_b / std_w for normal laws, on
 * [-a, a] hence 1 + N (2 / pi) atan(a std_w / std_b); for uniform ones on +-1, 1 + N (1 - 1 / (2a)) for a >= 1.
 * Zero biases give 2 pieces where 0 is inside. Null for other networks and for mixed laws.
 *
 * @throws RangeError on an impossible width, domain, std or limit.
 */
export function expectedFirstLayerPieces(layer: FirstLayer): number | null {
  const { inputDim, width, relu, weights, biases, domain } = layer
  checkCount('width', width, 1)
  const [low, high] = domain
  if (!(low < high)) throw new RangeError(`domain must be an interval [low, high], got [${low}, ${high}]`)
  if (!relu || inputDim !== 1) return null
  if (biases === null) return low < 0 && high > 0 ? 2 : 1
  const turns = biases.kind === weights.kind ? ratioLaw(weights, biases) : null
  return turns === null ? null : 1 + width * (turns(high) - turns(low))
}

/**
 * The linear law of Hanin and Rolnick as a reference line: every unit of every layer is expected to add about as many
 * pieces as one of the first layer. No bound: near small biases it is a few percent high, with large ones more, as units
 * downstream see less and less of the domain.
 *
 * @param firstLayerPieces `expectedFirstLayerPieces` of the same network
 * @source Hanin and Rolnick, Complexity of linear regions in deep networks, ICML 2019, arXiv:1901.09021
 */
export function linearPiecesReference(firstLayerPieces: number, hiddenLayers: number): number {
  checkCount('hiddenLayers', hiddenLayers)
  return 1 + hiddenLayers * (firstLayerPieces - 1)
}

/** Distribution function of -b / w. */
function ratioLaw(weights: EntryLaw, biases: EntryLaw): (x: number) => number {
  const scale = sizeOf(biases) / sizeOf(weights)
  if (weights.kind === 'normal') return (x) => 0.5 + Math.atan(x / scale) / Math.PI
  return (x) => 0.5 + Math.sign(x) * 0.5 * withinUniformRatio(Math.abs(x) / scale)
}

/** P(|b / w| <= t) for b and w uniform on [-1, 1]. */
function withinUniformRatio(t: number): number {
  return t <= 1 ? t / 2 : 1 - 1 / (2 * t)
}

function sizeOf(law: EntryLaw): number {
  const size = law.kind === 'normal' ? law.std : law.limit
  if (size > 0 && size < Infinity) return size
  throw new RangeError(`${law.kind === 'normal' ? 'std' : 'limit'} must be positive and finite, got ${size}`)
}
