import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { at } from '../at.ts'
import type { Optimizer } from './optimizer.ts'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/**
 * Adam (Kingma, Ba 2015, arXiv 1412.6980), the bias corrections moved into the step size and epsilon:
 * p = p - s_t m / (sqrt(v) + e_t), with s_t = lr sqrt(1 - beta2^t) / (1 - beta1^t) and e_t = eps sqrt(1 - beta2^t).
 */
export function createAdam(learningRate: number, parameterCount: number, arithmetic: Arithmetic): Optimizer {
  const { fma, round, stored } = arithmetic
  const mean = new Float64Array(parameterCount)
  const square = new Float64Array(parameterCount)
  const [beta1, rest1, beta2, rest2] = [round(BETA1), round(1 - BETA1), round(BETA2), round(1 - BETA2)] as const
  let power1 = 1
  let power2 = 1
  return {
    update(parameters, gradient) {
      power1 *= BETA1
      power2 *= BETA2
      const root = Math.sqrt(1 - power2)
      const stepSize = round((learningRate * root) / (1 - power1))
      const epsilon = round(EPSILON * root)
      parameters.forEach((p, i) => {
        const g = at(gradient, i)
        const m = stored(fma(beta1, at(mean, i), round(rest1 * g)))
        const v = stored(fma(beta2, at(square, i), round(round(rest2 * g) * g)))
        mean[i] = m
        square[i] = v
        const step = round(round(stepSize * m) / round(round(Math.sqrt(v)) + epsilon))
        parameters[i] = stored(p - step)
      })
    },
  }
}
