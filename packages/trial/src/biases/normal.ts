import { fillNormals } from '../random/normal.ts'
import { scale } from '../random/scale.ts'
import type { BiasLaw } from './bias-law.ts'

/**
 * N(0, std^2) in every layer, the output layer included.
 * @throws RangeError unless std is positive and finite
 */
export function normalBias(std: number): BiasLaw {
  if (!(std > 0 && std < Infinity)) throw new RangeError(`invalid std ${std}: expected a positive number`)
  return ({ layer, outputs, trial, biasKey, biases }) => {
    fillNormals(biases, outputs, { key: biasKey, trial, tensor: layer })
    scale(biases, outputs, std)
  }
}
