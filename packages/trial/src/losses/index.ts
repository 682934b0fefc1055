import { arithmeticOf } from '../arithmetic/arithmetic.ts'
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { TrainingSpec } from '../trial.ts'
import { huber } from './huber.ts'
import type { Loss } from './loss.ts'
import { mae } from './mae.ts'
import { mse } from './mse.ts'

export type { Loss } from './loss.ts'

/** The fields that say which loss it is. */
export type LossSpec = Pick<TrainingSpec, 'loss' | 'huberDelta'>

const DEFAULT_DELTA = 1

/** The loss that a training names, in binary64 unless another arithmetic is given. */
export function lossOf(
  { loss, huberDelta = DEFAULT_DELTA }: LossSpec,
  arithmetic: Arithmetic = arithmeticOf('ieee-f64/1'),
): Loss {
  switch (loss) {
    case 'mse':
      return mse(arithmetic)
    case 'mae':
      return mae(arithmetic)
    case 'huber':
      return huber(huberDelta, arithmetic)
    default:
      throw new Error(`invalid loss: ${String(loss satisfies never)}`)
  }
}
