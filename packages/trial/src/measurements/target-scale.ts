import type { TrainingPoints } from '../batch.ts'
import type { LossSpec } from '../losses/index.ts'
import type { TargetStatistics } from '../target-statistics.ts'
import { bestConstantHuber, targetStatistics } from '../target-statistics.ts'

/** What the outcome rule measures against: properties of the targets on the training points. */
export interface TargetScale {
  /** Population variance, the mean over the output components. */
  readonly variance: number
  /** Loss of the best constant, chosen for each component: for mse the variance, for mae the mean distance to the medians. */
  readonly bestConstantLoss: number
  /** max |y|. */
  readonly largest: number
}

/** @throws RangeError where every target component is constant: nothing could be told from collapse */
export function targetScale(points: TrainingPoints, spec: LossSpec): TargetScale {
  const statistics = targetStatistics(points)
  const { variance } = statistics
  if (!(variance > 0)) throw new RangeError('invalid targets: constant on the training points')
  const largest = points.targets.reduce((most, y) => Math.max(most, Math.abs(y)), 0)
  return { variance, bestConstantLoss: bestConstantLoss(points, spec, statistics), largest }
}

function bestConstantLoss(points: TrainingPoints, { loss, huberDelta = 1 }: LossSpec, statistics: TargetStatistics): number {
  switch (loss) {
    case 'mse':
      return statistics.variance
    case 'mae':
      return statistics.bestConstantMae
    case 'huber':
      return bestConstantHuber(points, huberDelta)
    default:
      throw new Error(`invalid loss: ${String(loss satisfies never)}`)
  }
}
