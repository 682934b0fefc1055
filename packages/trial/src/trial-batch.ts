import type { InitialLaw, TrainingPoints, TrialBatch } from './batch.ts'
import { convergedLoss } from './converged-loss.ts'
import { drawnBatch, trialIndex } from './draw-initial.ts'
import { initialLaw } from './initial-law.ts'
import { targetScale } from './measurements/target-scale.ts'
import { networkShape } from './network-shape.ts'
import { streamKey } from './random/stream-key.ts'
import { trainingPoints } from './training-points.ts'
import type { TrainingSpec, TrialSpec } from './trial.ts'

export interface TrialBatchOptions {
  /** Record the loss before each update and after the last; default false. */
  readonly trace?: boolean
  /** The training set of the cell, if it has been computed already. */
  readonly points?: TrainingPoints
}

/**
 * Everything an engine needs to train the given trials of a cell, with their initial parameters.
 * @param trials indices in the cell, integers in [0, 2^53)
 * @throws RangeError for a specification or an index that describes no network or no training set
 */
export function trialBatch(
  spec: TrialSpec,
  trials: readonly number[] | Float64Array,
  options: TrialBatchOptions = {},
): TrialBatch {
  return drawnBatch(lawBatch(spec, trials, options))
}

/**
 * The same trials, whose initial parameters the engine draws itself, to the same bits.
 * @throws RangeError for a specification or an index that describes no network or no training set
 */
export function lawBatch(
  spec: TrialSpec,
  trials: readonly number[] | Float64Array,
  { trace = false, points = trainingPoints(spec.problem, spec.seed) }: TrialBatchOptions = {},
): TrialBatch<InitialLaw> {
  const { numerics, seed, depth, width, problem, training } = spec
  const stream = { seed, inputDim: problem.inputDim, depth, width }
  const indices = new Float64Array(trials)
  indices.forEach(trialIndex)
  return {
    numerics,
    shape: networkShape(spec),
    training,
    points,
    trials: indices,
    minibatchKey: streamKey({ ...stream, purpose: 'minibatch' }),
    noiseKey: streamKey({ ...stream, purpose: 'noise' }),
    initial: initialLaw(spec),
    trace,
    ...stopOf(training, points),
  }
}

/** The bound of the outcome *converged*, where trials stop there. */
function stopOf(training: TrainingSpec, points: TrainingPoints): Pick<TrialBatch, 'convergedLoss'> {
  if (training.stopWhenConverged !== true) return {}
  return { convergedLoss: convergedLoss(training.loss, targetScale(points, training).bestConstantLoss) }
}
