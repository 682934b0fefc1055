import type { ActivationSpec } from '../trial.ts'
import type { Activation } from './activation.ts'
import { elu } from './elu.ts'
import { gelu } from './gelu.ts'
import { leakyRelu } from './leaky-relu.ts'
import { relu } from './relu.ts'
import { selu } from './selu.ts'
import { tanh } from './tanh.ts'

export type { Activation } from './activation.ts'

/** The activation that a spec names. */
export function activationOf(spec: ActivationSpec): Activation {
  switch (spec.kind) {
    case 'relu':
      return relu
    case 'leaky-relu':
      return leakyRelu(spec.leak)
    case 'elu':
      return elu
    case 'gelu':
      return gelu
    case 'selu':
      return selu
    case 'tanh':
      return tanh
    default:
      throw new Error(`invalid activation: ${String(spec satisfies never)}`)
  }
}
