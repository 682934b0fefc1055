import { at } from '../at.ts'
import type { Optimizer } from './optimizer.ts'

/** p = p - lr G. */
export function createSgd(learningRate: number): Optimizer {
  return {
    update(parameters, gradient) {
      parameters.forEach((p, i) => {
        parameters[i] = p - learningRate * at(gradient, i)
      })
    },
  }
}
