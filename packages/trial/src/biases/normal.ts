import type { TensorLaw } from '../batch.ts'

/**
 * N(0, std^2) in every layer, the output layer included.
 * @throws RangeError unless std is positive and finite
 */
export function normalBias(std: number): TensorLaw {
  if (!(std > 0 && std < Infinity)) throw new RangeError(`invalid std ${std}: expected a positive number`)
  return { kind: 'normal', std }
}
