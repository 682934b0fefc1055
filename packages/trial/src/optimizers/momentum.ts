import { at } from '../at.ts'
import type { Optimizer } from './optimizer.ts'

/** v = mu v + G, then p = p - lr v, from v = 0 and without dampening (Polyak 1964, as in PyTorch). */
export function createMomentum(learningRate: number, mu: number, parameterCount: number): Optimizer {
  const velocity = new Float64Array(parameterCount)
  return {
    update(parameters, gradient) {
      parameters.forEach((p, i) => {
        const v = mu * at(velocity, i) + at(gradient, i)
        velocity[i] = v
        parameters[i] = p - learningRate * v
      })
    },
  }
}
