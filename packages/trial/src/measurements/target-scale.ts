import type { TrainingPoints } from '../batch.ts'
import { targetStatistics } from '../target-statistics.ts'
import type { LossKind } from '../trial.ts'

/** What the outcome rule measures against: properties of the targets on the training points. */
export interface TargetScale {
  /** Population variance, the mean over the output components. */
  readonly variance: number
  /** Loss of the best constant: the variance for mse, the mean distance to the components' medians for mae. */
  readonly bestConstantLoss: number
  /** max |y|. */
  readonly largest: number
}

/** @throws RangeError where every target component is constant: nothing could be told from collapse */
export function targetScale(points: TrainingPoints, loss: LossKind): TargetScale {
  const { variance, bestConstantMae } = targetStatistics(points)
  if (!(variance > 0)) throw new RangeError('invalid targets: constant on the training points')
  const largest = points.targets.reduce((most, y) => Math.max(most, Math.abs(y)), 0)
  return { variance, bestConstantLoss: loss === 'mse' ? variance : bestConstantMae, largest }
}
