import { arithmeticOf } from '../arithmetic/arithmetic.ts'
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { ActivationSpec } from '../trial.ts'
import type { Activation } from './activation.ts'
import { elu } from './elu.ts'
import { gelu } from './gelu.ts'
import { leakyRelu } from './leaky-relu.ts'
import { relu } from './relu.ts'
import { selu } from './selu.ts'
import { tanh } from './tanh.ts'

export type { Activation } from './activation.ts'

/** The activation that a spec names, in binary64 unless another arithmetic is given. */
export function activationOf(spec: ActivationSpec, arithmetic: Arithmetic = arithmeticOf('ieee-f64/1')): Activation {
  switch (spec.kind) {
    case 'relu':
      return relu
    case 'leaky-relu':
      return leakyRelu(spec.leak, arithmetic)
    case 'elu':
      return elu(arithmetic)
    case 'gelu':
      return gelu(arithmetic)
    case 'selu':
      return selu(arithmetic)
    case 'tanh':
      return tanh(arithmetic)
    default:
      throw new Error(`invalid activation: ${String(spec satisfies never)}`)
  }
}
