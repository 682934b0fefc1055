import { checkCount } from '../counts.ts'

/** Uniform noise on every bias: within +-level of it, or within +-level times the size of its last update. */
export type BiasNoise =
  | { readonly kind: 'absolute'; readonly level: number }
  | { readonly kind: 'relative'; readonly level: number; readonly meanReciprocalUpdate: number }

export interface NoisyNetwork {
  readonly inputDim: number
  readonly relu: boolean
  readonly hiddenLayers: number
  readonly width: number
  readonly domain: readonly [number, number]
  /** C: no pre-activation of any layer has a steeper slope in the input; null where none is known. */
  readonly slopeBound: number | null
  /** Units whose bias is not updated output zero for good (or are counted apart): no noise moves their turning points. */
  readonly restingUnitsAreDead: boolean
  readonly noise: BiasNoise
}

/**
 * Upper bound on the expected number of pieces after one step whose bias updates carry independent noise: a unit
 * relu(h - b) turns where h crosses b, and a bias of density at most R is crossed R C |I| times on average, hence
 * 1 + C |I| N H mean(1 / |db|) / (2 delta) for noise of relative size delta, and 1 + C |I| N H / (2 delta) for absolute.
 * Exponential counts do not survive noise; linear in the number of units and in 1 / delta.
 *
 * Null unless the input is one-dimensional, units are ReLU, slopes have a known bound and resting units are dead.
 *
 * @throws RangeError on impossible sizes, a domain that is no interval, or a slope, noise level or mean reciprocal that is
 *   not positive and finite.
 * @source Karner, Kazeev and Petersen, Adv. Comput. Math. 50 (2024) 14, theorem 3.4, arXiv:2210.00805, in the constants of
 *   the Banach indicatrix
 */
export function noisyPiecesBound(network: NoisyNetwork): number | null {
  const { hiddenLayers, width, domain, slopeBound, noise } = network
  checkCount('hiddenLayers', hiddenLayers)
  checkCount('width', width, 1)
  const [low, high] = domain
  if (!(low < high)) throw new RangeError(`domain must be an interval [low, high], got [${low}, ${high}]`)
  const density = greatestDensity(noise)
  if (network.inputDim !== 1 || !network.relu || !network.restingUnitsAreDead || slopeBound === null) return null
  return 1 + positive('slopeBound', slopeBound) * (high - low) * width * hiddenLayers * density
}

/** R, averaged over units. */
function greatestDensity(noise: BiasNoise): number {
  const density = 1 / (2 * positive('level', noise.level))
  return noise.kind === 'absolute' ? density : density * positive('meanReciprocalUpdate', noise.meanReciprocalUpdate)
}

function positive(name: string, value: number): number {
  if (value > 0 && value < Infinity) return value
  throw new RangeError(`${name} must be positive and finite, got ${value}`)
}
