import type { TensorLaw } from '../batch.ts'
import { initializationOf } from '../initializations/index.ts'
import type { BiasSpec, NetworkSpec } from '../trial.ts'
import { normalBias } from './normal.ts'
import { uniformBias } from './uniform.ts'

/**
 * The law of the biases beside an initialization; null where the initialization has one of its own.
 * @throws RangeError where the initialization draws the biases and the bias is not `initialization`, or the reverse,
 *   and for a standard deviation that is not positive and finite
 */
export function biasOf({ initialization, bias }: NetworkSpec): TensorLaw | null {
  const { drawsBiases } = initializationOf(initialization)
  if (drawsBiases !== (bias.kind === 'initialization')) {
    const expected = drawsBiases ? '"initialization", because it draws the biases itself' : 'zero, normal or uniform'
    throw new RangeError(`invalid bias "${bias.kind}" beside ${initialization.kind}: expected ${expected}`)
  }
  return lawOf(bias)
}

function lawOf(bias: BiasSpec): TensorLaw | null {
  switch (bias.kind) {
    case 'normal':
      return normalBias(bias.std)
    case 'uniform':
      return uniformBias(bias.std)
    case 'zero':
      return { kind: 'zero' }
    case 'initialization':
      return null
    default:
      return bias satisfies never
  }
}
