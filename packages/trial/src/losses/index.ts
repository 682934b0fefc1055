import type { TrainingSpec } from '../trial.ts'
import { huber } from './huber.ts'
import type { Loss } from './loss.ts'
import { mae } from './mae.ts'
import { mse } from './mse.ts'

export type { Loss } from './loss.ts'

const DEFAULT_DELTA = 1

/** The loss that a training names. */
export function lossOf({ loss, huberDelta = DEFAULT_DELTA }: Pick<TrainingSpec, 'loss' | 'huberDelta'>): Loss {
  switch (loss) {
    case 'mse':
      return mse
    case 'mae':
      return mae
    case 'huber':
      return huber(huberDelta)
    default:
      throw new Error(`invalid loss: ${String(loss satisfies never)}`)
  }
}
