import { arithmeticOf } from '../arithmetic/arithmetic.ts'
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OptimizerSpec } from '../trial.ts'
import { createAdam } from './adam.ts'
import { createMomentum } from './momentum.ts'
import type { Optimizer } from './optimizer.ts'
import { createSgd } from './sgd.ts'

export type { Optimizer } from './optimizer.ts'
export { drawNoise, withNoise } from './parameter-noise.ts'

/** A fresh optimizer, its memory at zero, for one trial of `parameterCount` parameters; in binary64 by default. */
export function createOptimizer(
  spec: OptimizerSpec,
  parameterCount: number,
  arithmetic: Arithmetic = arithmeticOf('ieee-f64/1'),
): Optimizer {
  const { learningRate } = spec
  switch (spec.kind) {
    case 'sgd':
      return spec.momentum === 0
        ? createSgd(learningRate, arithmetic)
        : createMomentum({ learningRate, mu: spec.momentum }, parameterCount, arithmetic)
    case 'adam':
      return createAdam(learningRate, parameterCount, arithmetic)
    default:
      throw new Error(`invalid optimizer: ${String(spec satisfies never)}`)
  }
}
