import type { TrainingPoints } from './batch.ts'
import { bestHuberLoss } from './best-huber-loss.ts'

/** The targets of a training set as one constant sees them. */
export interface TargetStatistics {
  /** Best constant for mse, [output]. */
  readonly mean: Float64Array
  /** Best constant for mae, [output]; for an even number of points the mean of the middle two. */
  readonly median: Float64Array
  /** Population variance, averaged over the outputs: the mse of the best constant. */
  readonly variance: number
  /** Mean absolute deviation from the median, over points and outputs: the mae of the best constant. */
  readonly bestConstantMae: number
}

/** Computed in binary64 from the binary64 targets, sums in the order of the points. */
export function targetStatistics(points: TrainingPoints): TargetStatistics {
  const columns = columnsOf(points)
  const mean = Float64Array.from(columns, average)
  const median = Float64Array.from(columns, medianOf)
  const variances = columns.map((column, j) => average(column.map((y) => square(y - (mean[j] as number)))))
  const deviations = columns.map((column, j) => average(column.map((y) => Math.abs(y - (median[j] as number)))))
  return { mean, median, variance: average(variances), bestConstantMae: average(deviations) }
}

/** The huber loss of the best constant, averaged over the outputs, each of which has its own. */
export function bestConstantHuber(points: TrainingPoints, delta: number): number {
  return average(columnsOf(points).map((column) => bestHuberLoss(column, delta)))
}

/** Targets of each output, [output][point]. */
function columnsOf({ count, outputDim, targets }: TrainingPoints): Float64Array[] {
  return Array.from({ length: outputDim }, (_, component) =>
    Float64Array.from({ length: count }, (_, i) => targets[i * outputDim + component] as number),
  )
}

function square(x: number): number {
  return x * x
}

function average(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum / values.length
}

function medianOf(values: Float64Array): number {
  const sorted = values.toSorted()
  const upper = sorted.length >> 1
  const high = sorted[upper] as number
  return sorted.length % 2 === 1 ? high : ((sorted[upper - 1] as number) + high) / 2
}
