import { spread } from '../random/scale.ts'
import { fillUniforms } from '../random/uniform.ts'
import type { BiasLaw } from './bias-law.ts'

const SQRT_3 = 1.7320508075688772

/**
 * Uniform with standard deviation std, that is on +-sqrt(3) std, in every layer, the output layer included.
 * @throws RangeError unless std is positive and finite
 */
export function uniformBias(std: number): BiasLaw {
  if (!(std > 0 && std < Infinity)) throw new RangeError(`invalid std ${std}: expected a positive number`)
  return ({ layer, outputs, trial, biasKey, biases }) => {
    fillUniforms(biases, outputs, { key: biasKey, trial, tensor: layer })
    spread(biases, outputs, SQRT_3 * std)
  }
}
