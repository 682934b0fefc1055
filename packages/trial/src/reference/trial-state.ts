import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { arithmeticOf } from '../arithmetic/arithmetic.ts'
import type { TrialBatch } from '../batch.ts'
import type { Loss } from '../losses/index.ts'
import { lossOf } from '../losses/index.ts'
import { parameterCount } from '../network.ts'
import type { Optimizer } from '../optimizers/index.ts'
import { createOptimizer, withNoise } from '../optimizers/index.ts'
import type { NetworkState } from './network-state.ts'
import { networkState } from './network-state.ts'
import type { Tile } from './samples.ts'
import { allPoints, largestPass, passesOf } from './samples.ts'

/** One trial on its way. */
export interface TrialState {
  /** With points as they are stored. */
  readonly batch: TrialBatch
  /** Index of the trial in its cell. */
  readonly index: number
  readonly network: NetworkState
  readonly loss: Loss
  readonly optimizer: Optimizer
  /** Of the step's loss, [parameter]. */
  readonly gradient: Float64Array
  /** The full training set, cut into passes of tiles. */
  readonly fullSet: readonly (readonly Tile[])[]
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
  const { points, shape, training } = batch
  const arithmetic = arithmeticOf(batch.numerics)
  const count = parameterCount(shape)
  const index = batch.trials[lane] ?? Number.NaN
  const parameters = Float64Array.from(batch.initial.subarray(lane * count, (lane + 1) * count))
  const { stored } = arithmetic
  const storedPoints = { ...points, inputs: points.inputs.map(stored), targets: points.targets.map(stored) }
  return {
    batch: { ...batch, points: storedPoints },
    index,
    network: networkState(shape, parameters, { arithmetic, samples: largestPass(batch) }),
    loss: lossOf(training, arithmetic),
    optimizer: optimizerOf(batch, index, arithmetic),
    gradient: new Float64Array(count),
    fullSet: passesOf(allPoints(points.count), shape),
    step: 0,
    deadChecks: 0,
    runStart: 0,
    firstDeadStep: 0,
    earlierLoss: null,
    trace: batch.trace ? new Float64Array(training.steps + 1).fill(Number.NaN) : null,
  }
}

/** @param trial index of the trial in its cell */
function optimizerOf({ noiseKey, shape, training }: TrialBatch, trial: number, arithmetic: Arithmetic): Optimizer {
  const optimizer = createOptimizer(training.optimizer, parameterCount(shape), arithmetic)
  if (training.noise === undefined) return optimizer
  return withNoise(optimizer, { spec: training.noise, shape, stream: { key: noiseKey, trial } }, arithmetic)
}
