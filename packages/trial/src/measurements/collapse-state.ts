import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import { targetStatistics } from '../target-statistics.ts'
import type { LossKind } from '../trial.ts'

/** What the constant of a collapsed network is, in the order of their stored codes 0..4. */
export const COLLAPSE_STATES = ['none', 'mean', 'median', 'both', 'other'] as const

export type CollapseState = (typeof COLLAPSE_STATES)[number]

/** A constant is the mean within so much of the targets' deviation. */
const MEAN_DISTANCE = 0.05

/** It is a median if its mean distance to the targets exceeds the smallest by no more than this part of their deviation. */
const MEDIAN_EXCESS = 1e-3

/**
 * Whether a constant, [output], is what the loss makes best (Lu, Su, Karniadakis 2018, arXiv 1808.04947: the mean for mse, the median for mae).
 * Medians are taken by what they minimize, as there may be an interval of them. Where mean and median themselves cannot be told apart, the loss
 * decides for a constant close to them: `mean` for mse, `median` for mae; `both` also where the constant is close to each of two different ones.
 */
export function collapseStates(points: TrainingPoints, loss: LossKind): (constant: Float64Array) => Exclude<CollapseState, 'none'> {
  const { bestConstantMae, mean, median, variance } = targetStatistics(points)
  const deviation = Math.sqrt(variance)
  const isMean = (constant: Float64Array): boolean => farthest(constant, mean) <= MEAN_DISTANCE * deviation
  const isMedian = (constant: Float64Array): boolean =>
    meanDistance(constant, points) <= bestConstantMae + MEDIAN_EXCESS * deviation
  const areEqual = farthest(mean, median) <= MEDIAN_EXCESS * deviation
  return (constant) => {
    if (areEqual && loss !== 'huber' && isMean(constant)) return loss === 'mse' ? 'mean' : 'median'
    return stateOf(isMean(constant), isMedian(constant))
  }
}

function stateOf(isMean: boolean, isMedian: boolean): Exclude<CollapseState, 'none'> {
  if (isMean && isMedian) return 'both'
  if (isMean) return 'mean'
  return isMedian ? 'median' : 'other'
}

function farthest(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, j) => Math.max(largest, Math.abs(value - at(b, j))), 0)
}

/** Over points and outputs. */
function meanDistance(constant: Float64Array, { outputDim, targets }: TrainingPoints): number {
  return targets.reduce((sum, y, i) => sum + Math.abs(at(constant, i % outputDim) - y), 0) / targets.length
}
