import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { at } from '../at.ts'
import type { Optimizer } from './optimizer.ts'

/** p = p - lr G. */
export function createSgd(learningRate: number, { fma, round, stored }: Arithmetic): Optimizer {
  const rate = round(learningRate)
  return {
    update(parameters, gradient) {
      parameters.forEach((p, i) => {
        parameters[i] = stored(fma(-rate, at(gradient, i), p))
      })
    },
  }
}
