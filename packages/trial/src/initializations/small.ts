import { normalWeights } from './initialization.ts'
import type { Initialization } from './initialization.ts'

/**
 * N(0, std^2) in every layer, whatever its fans.
 * @source H. Maennel, O. Bousquet, S. Gelly, "Gradient descent quantizes ReLU network features" (2018),
 *   arXiv:1803.08367
 * @throws RangeError unless std is positive and finite
 */
export function small(std: number): Initialization {
  if (!(std > 0 && std < Infinity)) throw new RangeError(`invalid std ${std}: expected a positive number`)
  return normalWeights(() => std)
}
