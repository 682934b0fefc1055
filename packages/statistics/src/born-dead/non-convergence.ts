import { checkCount, checkOpenUnit } from '../counts.ts'
import { inactiveProbability, leastExponent } from './inactive.ts'
import { checkShape } from './one-ray.ts'
import type { Shape } from './one-ray.ts'

/** What the theorem supposes of a network and its training; its results are null where one of these fails. */
export interface InactiveCase extends Shape {
  readonly relu: boolean
  /** Weights, and biases if any, independent with continuous laws symmetric about 0. */
  readonly symmetricWeights: boolean
  readonly zeroBias: boolean
  /** The optimizer moves a parameter by its gradients alone: no weight decay, no noise on parameters. */
  readonly gradientOnly: boolean
}

export interface NonConvergence {
  /** q: some hidden layer after the first has only negative parameters, for good. */
  readonly inactive: number
  /** q^K: so have all K trainings. */
  readonly allInactive: number
  /** E[min(L1 error of the best of K, 1)] is at least this, however long they train. */
  readonly leastError: number
}

/**
 * The least error that K random starts leave, whatever is done in training: with probability q^K all of them are constant
 * functions, and then no better than the best constant.
 *
 * @param distance inf_b of the L1 distance between the target and the constant b, over the law of the inputs
 * @throws RangeError unless depth, width and starts are integers of at least 1 and distance is finite and not negative.
 * @source Cheridito, Jentzen and Rossmannek, J. Complexity 64 (2021) 101540, arXiv:2006.07075
 */
export function nonConvergence(
  network: InactiveCase,
  { starts, distance }: { readonly starts: number; readonly distance: number },
): NonConvergence | null {
  checkShape(network)
  checkCount('starts', starts, 1)
  if (!(distance >= 0 && distance < Infinity)) {
    throw new RangeError(`distance must be finite and not negative, got ${distance}`)
  }
  if (!holds(network)) return null
  const inactive = inactiveProbability(network)
  const allInactive = inactive ** starts
  return { inactive, allInactive, leastError: allInactive * Math.min(distance, 1) }
}

/**
 * The number K of starts below which the bound alone keeps the probability of all being inactive above `miss`: the least
 * K with q^K <= miss. It grows like ln(1 / miss) (1 - 2^-(N(N+1)))^-(L-2), exponentially in the depth at fixed width.
 * Necessary, far from sufficient: what is needed in practice follows from the probability of collapse itself
 * (`restartsNeeded` of counts, `startsFor` of theory).
 *
 * @throws RangeError unless depth and width are integers of at least 1 and 0 < miss < 1.
 */
export function startsDemanded(network: InactiveCase, miss: number): number | null {
  checkShape(network)
  checkOpenUnit('miss', miss)
  if (!holds(network)) return null
  const negatives = network.width * (network.zeroBias ? network.width : network.width + 1)
  const active = Math.exp(Math.max(0, network.depth - 2) * Math.log1p(-(2 ** -negatives)))
  return startsFor(miss, active)
}

/**
 * The least K with (1 - alive)^K <= miss, by way of the share alive, which the probability of collapse cannot carry once
 * it rounds to 1. Infinite where none is. Take `alive` = amplitude ratio^(L-2) of `largeDepthLaw` for the growth of K at
 * fixed width: ln(1 / miss) (1 - 2^-N)^-(L-2) / A_N.
 *
 * @throws RangeError unless 0 < miss < 1 and 0 <= alive <= 1.
 */
export function startsFor(miss: number, alive: number): number {
  checkOpenUnit('miss', miss)
  if (!(alive >= 0 && alive <= 1)) throw new RangeError(`alive must lie in [0, 1], got ${alive}`)
  return alive === 0 ? Infinity : leastExponent(Math.log(miss) / Math.log1p(-alive))
}

function holds({ relu, symmetricWeights, gradientOnly }: InactiveCase): boolean {
  return relu && symmetricWeights && gradientOnly
}
