import type { ExtremalDirections } from '../measurements/extremal-directions.ts'
import { extremalDirections } from '../measurements/extremal-directions.ts'
import type { MeasuredBatch } from '../measurements/trial-records.ts'
import { targetStatistics } from '../target-statistics.ts'
import type { TrialSpec } from '../trial.ts'

/**
 * Directions at which units settle at the start of training, where the theory holds: one input and output, one hidden layer of relu units,
 * the squared error; null elsewhere. Its networks have no output bias. Ours have one, which starts with the whole error before it and reaches
 * the mean of the targets while small units have hardly moved: what they align to are the targets without their mean.
 */
export function predictedDirections({ points, shape, training }: MeasuredBatch, { depth }: TrialSpec): ExtremalDirections | null {
  const isPredicted = depth === 2 && shape.activation.kind === 'relu' && shape.normalization === undefined && training.loss === 'mse'
  if (!isPredicted || points.inputDim !== 1 || points.outputDim !== 1) return null
  const mean = targetStatistics(points).mean[0] ?? 0
  return extremalDirections({ ...points, targets: points.targets.map((y) => y - mean) })
}
