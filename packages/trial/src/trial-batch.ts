import type { InitialLaw, TrainingPoints, TrialBatch } from './batch.ts'
import { convergedLoss } from './converged-loss.ts'
import { isLaw, trialIndex } from './draw-initial.ts'
import { initialLaw } from './initial-law.ts'
import { initialParameters, initialParametersInSlices } from './initial-parameters.ts'
import { targetScale } from './measurements/target-scale.ts'
import type { MeasuredBatch } from './measurements/trial-records.ts'
import { networkShape } from './network-shape.ts'
import { allocateParameters } from './network.ts'
import type { Parameters } from './network.ts'
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
  return { ...batchWithoutInitial(spec, trials, options), initial: initialParameters(spec, trials) }
}

/**
 * The same trials, whose initial parameters the engine draws itself, to the same bits.
 * @throws RangeError for a specification or an index that describes no network or no training set, and for an
 *   initialization of which engines have no law
 */
export function lawBatch(
  spec: TrialSpec,
  trials: readonly number[] | Float64Array,
  options: TrialBatchOptions = {},
): TrialBatch<InitialLaw> {
  const initial = initialLaw(spec)
  if (initial === null) {
    throw new RangeError(`invalid initialization ${spec.network.initialization.kind}: engines have no law of it, use engineBatch`)
  }
  return { ...batchWithoutInitial(spec, trials, options), initial }
}

/**
 * The same trials as an engine trains them best: by their law where it has one, else with their parameters, which are drawn in
 * slices so that the event loop is not blocked.
 * @throws RangeError for a specification or an index that describes no network or no training set, and the signal's reason
 */
export async function engineBatch(
  spec: TrialSpec,
  trials: readonly number[] | Float64Array,
  { signal, ...options }: TrialBatchOptions & { readonly signal?: AbortSignal } = {},
): Promise<TrialBatch<Parameters | InitialLaw>> {
  const batch = batchWithoutInitial(spec, trials, options)
  return { ...batch, initial: initialLaw(spec) ?? (await initialParametersInSlices(spec, trials, signal)) }
}

/**
 * Some trials of a batch.
 * @param rows their places in it, in the order that is wanted
 */
export function selectTrials(
  batch: TrialBatch<Parameters | InitialLaw>,
  rows: readonly number[],
): TrialBatch<Parameters | InitialLaw> {
  const { initial } = batch
  const trials = Float64Array.from(rows, (row) => batch.trials[row] ?? NaN)
  if (isLaw(initial)) return { ...batch, trials }
  const count = initial.length / batch.trials.length
  const selected = allocateParameters(batch.numerics, count * rows.length)
  rows.forEach((row, index) => selected.set(initial.subarray(row * count, (row + 1) * count), index * count))
  return { ...batch, trials, initial: selected }
}

function batchWithoutInitial(
  spec: TrialSpec,
  trials: readonly number[] | Float64Array,
  { trace = false, points = trainingPoints(spec.problem, spec.seed) }: TrialBatchOptions,
): MeasuredBatch {
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
    trace,
    ...stopOf(training, points),
  }
}

/** The bound of the outcome *converged*, where trials stop there. */
function stopOf(training: TrainingSpec, points: TrainingPoints): Pick<TrialBatch, 'convergedLoss'> {
  if (training.stopWhenConverged !== true) return {}
  return { convergedLoss: convergedLoss(training.loss, targetScale(points, training).bestConstantLoss) }
}
