import { checkOpenUnit, checkProbability } from '../counts.ts'
import { checkShape, complementOfPower } from './one-ray.ts'
import type { Shape } from './one-ray.ts'

/**
 * Probability q(L) that some hidden layer after the first has only negative parameters, so that the network is
 * constant on the whole space and no gradient reaches that layer: 1 - (1 - 2^-(N (N + 1)))^(L-2), with N^2 for
 * N (N + 1) where biases are zero. For independent symmetric laws. Far below the probability of being born dead.
 *
 * @throws RangeError unless depth and width are integers of at least 1.
 * Source: Cheridito, Jentzen and Rossmannek, J. Complexity 64 (2021) 101540, arXiv:2006.07075.
 */
export function inactiveProbability({ depth, width, zeroBias }: Shape & { readonly zeroBias: boolean }): number {
  checkShape({ depth, width })
  const negatives = width * (zeroBias ? width : width + 1)
  return complementOfPower(2 ** -negatives, Math.max(0, depth - 2))
}

/**
 * The number K of independent initializations after which all have collapsed with probability at most `miss`:
 * the least K >= 1 with pCollapse^K <= miss. Infinite for pCollapse = 1.
 *
 * @throws RangeError unless 0 < miss < 1 and pCollapse lies in [0, 1].
 */
export function initializationsNeeded(miss: number, pCollapse: number): number {
  checkOpenUnit('miss', miss)
  checkProbability('pCollapse', pCollapse)
  if (pCollapse === 1) return Infinity
  return leastExponent(Math.log(miss) / Math.log(pCollapse))
}

/** The least K >= 1 that reaches a quotient of logarithms. */
export function leastExponent(quotient: number): number {
  const nearest = Math.round(quotient)
  // An exact power such as 0.1^3 = 0.001 may come out a rounding error above its integer.
  const exact = Math.abs(quotient - nearest) <= 4 * Number.EPSILON * nearest
  return Math.max(1, exact ? nearest : Math.ceil(quotient))
}
