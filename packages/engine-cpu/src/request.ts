import type { TrainedBatch, TrialBatch } from '@collapsar/trial'
import { allocateParameters, parameterCount } from '@collapsar/trial'

// The order of the enumerations in native/job.h.
const ACTIVATIONS = ['relu', 'leaky-relu', 'elu', 'gelu', 'tanh']
const LOSSES = ['mse', 'mae']
const OPTIMIZERS = ['sgd', 'momentum', 'adam']

/** The fields that native/request.cc reads, except threads and instruction set. The results are written in place. */
export function requestOf(batch: TrialBatch, results: TrainedBatch): object {
  const { activation, sizes } = batch.shape
  const { optimizer } = batch.training
  return {
    ...results,
    binary64: batch.numerics === 'ieee-f64/1',
    inputs: batch.points.inputDim,
    width: sizes[1],
    hidden: sizes.length - 2,
    outputs: batch.points.outputDim,
    activation: ACTIVATIONS.indexOf(activation.kind),
    leak: activation.kind === 'leaky-relu' ? activation.leak : 0,
    lossKind: LOSSES.indexOf(batch.training.loss),
    optimizer: OPTIMIZERS.indexOf(optimizerKind(batch)),
    learningRate: optimizer.learningRate,
    momentum: optimizer.kind === 'sgd' ? optimizer.momentum : 0,
    batch: batch.training.batch === 'full' ? 0 : batch.training.batch,
    steps: batch.training.steps,
    stopAtDeath: batch.training.stopAtDeath,
    points: batch.points.count,
    pointInputs: batch.points.inputs,
    pointTargets: batch.points.targets,
    trialCount: batch.trials.length,
    trials: batch.trials,
    minibatchKey0: batch.minibatchKey[0],
    minibatchKey1: batch.minibatchKey[1],
    initial: batch.initial,
  }
}

function optimizerKind({ training: { optimizer } }: TrialBatch): string {
  if (optimizer.kind === 'adam') return 'adam'
  return optimizer.momentum === 0 ? 'sgd' : 'momentum'
}

/** Room for the results of a batch. */
export function allocateResults(batch: TrialBatch): TrainedBatch {
  const trials = batch.trials.length
  const outputs = trials * batch.points.outputDim
  const { steps } = batch.training
  return {
    parameters: allocateParameters(batch.numerics, trials * parameterCount(batch.shape)),
    end: new Uint8Array(trials),
    endStep: new Uint32Array(trials),
    initialDeadLayer: new Uint16Array(trials),
    deadLayer: new Uint16Array(trials),
    firstDeadStep: new Uint32Array(trials),
    loss: new Float64Array(trials),
    earlierLoss: new Float64Array(trials),
    outputMin: new Float64Array(outputs),
    outputMax: new Float64Array(outputs),
    deadPoints: new Uint32Array(trials),
    lossTrace: batch.trace ? new Float64Array(trials * (steps + 1)).fill(Number.NaN) : null,
  }
}
