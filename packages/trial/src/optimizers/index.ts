import type { OptimizerSpec } from '../trial.ts'
import { createAdam } from './adam.ts'
import { createMomentum } from './momentum.ts'
import type { Optimizer } from './optimizer.ts'
import { createSgd } from './sgd.ts'

export type { Optimizer } from './optimizer.ts'

/** A fresh optimizer, its memory at zero, for one trial of `parameterCount` parameters. */
export function createOptimizer(spec: OptimizerSpec, parameterCount: number): Optimizer {
  switch (spec.kind) {
    case 'sgd':
      return spec.momentum === 0
        ? createSgd(spec.learningRate)
        : createMomentum(spec.learningRate, spec.momentum, parameterCount)
    case 'adam':
      return createAdam(spec.learningRate, parameterCount)
    default:
      throw new Error(`invalid optimizer: ${String(spec satisfies never)}`)
  }
}
