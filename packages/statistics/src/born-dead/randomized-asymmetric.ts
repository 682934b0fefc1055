import { checkShape } from './one-ray.ts'
import type { Shape } from './one-ray.ts'

/** What the bound supposes: `randomizedAsymmetricBound` is null where one of these is not known to hold. */
export interface RandomizedAsymmetricCase extends Shape {
  readonly relu: boolean
  /**
   * Every hidden layer is drawn so: the row [w, b] of a unit, fan_in + 1 numbers, normal with std 0.6007 / sqrt(fan_in),
   * then one position of it, each equally likely, replaced by a Beta(2, 1) number.
   */
  readonly randomizedAsymmetric?: boolean
  /** Some training point has no negative coordinate. */
  readonly nonnegativePoint?: boolean
}

export interface RandomizedAsymmetricBound {
  /** P(born dead) is at most this. */
  readonly upper: number
  /** g_1 = 0, then g: a unit of a later layer is inactive with probability at most 1/2 - g. */
  readonly excess: number
}

/**
 * Upper bound on the probability of being born dead under randomized asymmetric initialization:
 * 1 - (1 - 2^-N) (1 - (1/2 - g)^N)^(L-2) with g = 1 / (2 (N + 1)).
 *
 * The form is that of Lu, Shin, Su and Karniadakis, who leave g in (0, 1/2]. This g holds for every input: a unit sees
 * x = (h, 1) >= 0, of m = N + 1 numbers. Given that position j was replaced by U, the others sum to a centred normal S of
 * variance (0.6007^2 / N) |x_-j|^2, so the unit is active with probability 1/2 + P(0 <= S < U x_j). With
 * y_j = x_j^2 / |x|^2 that excess is at least y_j / 2, since it grows like sqrt(y_j) at 0 and reaches 1/2 - 0.18 (1 - y_j)
 * at 1; the y_j add up to 1, and the average over j is at least 1 / (2 m). It is reached as one x_j outgrows the rest.
 * Layers are then followed along the point without negative coordinates, for which g_1 = 0 holds as well.
 *
 * @throws RangeError unless depth and width are integers of at least 1.
 * @source Lu, Shin, Su and Karniadakis (2020), section 4, arXiv:1903.06733
 */
export function randomizedAsymmetricBound(network: RandomizedAsymmetricCase): RandomizedAsymmetricBound | null {
  checkShape(network)
  const { depth, width } = network
  if (!network.relu || network.randomizedAsymmetric !== true || network.nonnegativePoint !== true) return null
  const excess = 1 / (2 * (width + 1))
  if (depth === 1) return { upper: 0, excess }
  const logAlive = Math.log1p(-(2 ** -width)) + (depth - 2) * Math.log1p(-((0.5 - excess) ** width))
  return { upper: -Math.expm1(logAlive), excess }
}
