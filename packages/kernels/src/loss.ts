import type { TrainingSpec } from '@collapsar/trial'
import type { Float } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'

/** A loss as NUMERICS.md, 4 and 5 state it, in instructions. */
export interface KernelLoss {
  /** The derivative with respect to an output, from its error and the factor C. */
  derivative(error: Float, scale: Float): Float
  /** The sum whose mean is the loss, with the term of one more error. */
  add(sum: Float, error: Float): Float
}

const DEFAULT_DELTA = 1

export function kernelLoss(k: KernelBuilder, { loss, huberDelta = DEFAULT_DELTA }: TrainingSpec): KernelLoss {
  const smaller = (a: Float, bound: Float) => k.select(k.compare('greater', a, bound), bound, a)
  switch (loss) {
    case 'mse':
      return { derivative: (e, scale) => k.multiply(e, scale), add: (sum, e) => k.fma(e, e, sum) }
    case 'mae':
      return {
        derivative: (e, scale) => {
          const unlessPositive = k.select(k.compare('less', e, k.float(0)), k.negate(scale), k.float(0))
          return k.select(k.compare('greater', e, k.float(0)), scale, unlessPositive)
        },
        add: (sum, e) => k.add(sum, k.magnitude(e)),
      }
    case 'huber': {
      const [delta, minusDelta] = [k.float(huberDelta), k.float(-huberDelta)]
      return {
        derivative: (e, scale) => {
          const clipped = k.select(k.compare('less', e, minusDelta), minusDelta, e)
          return k.multiply(k.select(k.compare('greater', e, delta), delta, clipped), scale)
        },
        add: (sum, e) => {
          const size = k.magnitude(e)
          const bounded = smaller(size, delta)
          return k.fma(bounded, k.fma(k.float(-0.5), bounded, size), sum)
        },
      }
    }
    default:
      throw new Error(`invalid loss: ${String(loss satisfies never)}`)
  }
}
