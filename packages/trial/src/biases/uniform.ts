import type { TensorLaw } from '../batch.ts'

const SQRT_3 = 1.7320508075688772

/**
 * Uniform with standard deviation std, that is on +-sqrt(3) std, in every layer, the output layer included.
 * @throws RangeError unless std is positive and finite
 */
export function uniformBias(std: number): TensorLaw {
  if (!(std > 0 && std < Infinity)) throw new RangeError(`invalid std ${std}: expected a positive number`)
  return { kind: 'uniform', limit: SQRT_3 * std }
}
