import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { at } from '../at.ts'
import type { Optimizer } from './optimizer.ts'

export interface MomentumOptions {
  readonly learningRate: number
  readonly mu: number
}

/** v = mu v + G, then p = p - lr v, from v = 0 and without dampening (Polyak 1964, as in PyTorch). */
export function createMomentum(options: MomentumOptions, parameterCount: number, arithmetic: Arithmetic): Optimizer {
  const { fma, round, stored } = arithmetic
  const [rate, mu] = [round(options.learningRate), round(options.mu)]
  const velocity = new Float64Array(parameterCount)
  return {
    update(parameters, gradient) {
      parameters.forEach((p, i) => {
        const v = stored(fma(mu, at(velocity, i), at(gradient, i)))
        velocity[i] = v
        parameters[i] = stored(fma(-rate, v, p))
      })
    },
  }
}
