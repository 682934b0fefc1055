import type { TrialBatch } from '../batch.ts'
import type { Loss } from '../losses/index.ts'
import { lossOf } from '../losses/index.ts'
import { parameterCount } from '../network.ts'
import type { Optimizer } from '../optimizers/index.ts'
import { createOptimizer } from '../optimizers/index.ts'
import type { NetworkState } from './network-state.ts'
import { networkState } from './network-state.ts'
import { allPoints, tilesOf } from './samples.ts'

/** One trial on its way. */
export interface TrialState {
  readonly batch: TrialBatch
  /** Index of the trial in its cell. */
  readonly index: number
  readonly network: NetworkState
  readonly loss: Loss
  readonly optimizer: Optimizer
  /** Sum of the gradients of the step's tiles, and that of one of them, [parameter]. */
  readonly gradient: Float64Array
  readonly tileGradient: Float64Array
  /** The full training set, cut into tiles. */
  readonly fullSet: readonly (readonly number[])[]
  /** Number of updates made. */
  step: number
  /** Consecutive checks with a dead layer, up to now, and the step of the first of them. */
  deadChecks: number
  runStart: number
  /** First check of the run that certified death, 0 without one. */
  firstDeadStep: number
  /** Null until taken. */
  earlierLoss: number | null
  /** [0..steps], NaN where not taken; null without `trace`. */
  readonly trace: Float64Array | null
}

/** @param lane number of the trial in its batch */
export function beginTrial(batch: TrialBatch, lane: number): TrialState {
  const count = parameterCount(batch.shape)
  const parameters = Float64Array.from(batch.initial.subarray(lane * count, (lane + 1) * count))
  return {
    batch,
    index: batch.trials[lane] ?? Number.NaN,
    network: networkState(batch.shape, parameters),
    loss: lossOf(batch.training),
    optimizer: createOptimizer(batch.training.optimizer, count),
    gradient: new Float64Array(count),
    tileGradient: new Float64Array(count),
    fullSet: tilesOf(allPoints(batch.points.count), batch.shape.sizes),
    step: 0,
    deadChecks: 0,
    runStart: 0,
    firstDeadStep: 0,
    earlierLoss: null,
    trace: batch.trace ? new Float64Array(batch.training.steps + 1).fill(Number.NaN) : null,
  }
}
