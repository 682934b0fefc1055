import { checkCount } from '../counts.ts'
import { checkShape, oneRayBornDead } from './one-ray.ts'
import type { Shape } from './one-ray.ts'

/** A fully connected ReLU network of constant width, and its data as far as the theorems ask. */
export interface BornDeadCase extends Shape {
  readonly inputDim: number
  /** Inputs of both signs; matters for one-dimensional inputs. */
  readonly bothSigns: boolean
  readonly zeroBias: boolean
  /** Weights, and biases if any, independent, with laws symmetric about 0; true unless said. */
  readonly symmetric?: boolean
}

/** Proved bounds; null where no theorem applies. */
export interface BornDeadBounds {
  readonly lower: number | null
  readonly upper: number | null
}

/**
 * Bounds on the probability that the network is dead at initialization. They are about initialization only, not about
 * collapse after training.
 * - Upper, any inputs, zero or symmetric biases: 1 - (1 - 2^-N)^(L-1), that of one ray.
 * - Lower, zero biases and one-dimensional inputs of both signs: `twoRayLowerBound`.
 *
 * @throws RangeError unless inputDim, depth and width are integers of at least 1.
 * Source: Lu, Shin, Su and Karniadakis, Commun. Comput. Phys. 28 (2020) 1671, arXiv:1903.06733.
 */
export function bornDeadBounds(network: BornDeadCase): BornDeadBounds {
  checkCount('inputDim', network.inputDim, 1)
  checkShape(network)
  if (network.symmetric === false) return { lower: null, upper: null }
  const twoRays = network.zeroBias && network.bothSigns && network.inputDim === 1
  return { lower: twoRays ? twoRayLowerBound(network) : null, upper: oneRayBornDead(network) }
}

/**
 * A Markov chain on the number of linearly independent live rays, 2, 1 or 0, in which two rays stay orthogonal, the
 * angle at which both die least often. Followed layer by layer, since the closed form
 * 1 - a1^(L-2) - c (a1^(L-2) - a2^(L-2)), a1 = 1 - 2^-N, a2 = 1 - 2^(1-N) - (N-1) 4^-N,
 * c = (1 - 2^(1-N)) (1 - 2^-N) / (1 + (N-1) 2^-N), loses all digits by N = 27; here only positive terms add up.
 */
function twoRayLowerBound({ depth, width }: Shape): number {
  const e = 2 ** -width
  let both = 1 - 2 * e
  let one = 2 * e
  let none = 0
  for (let layer = 2; layer < depth; layer += 1) {
    none += one * e + both * e * e
    one += both * (2 * e + (width - 2) * e * e) - one * e
    both -= both * (2 * e + (width - 1) * e * e)
  }
  return none
}
