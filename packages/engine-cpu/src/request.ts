import type { InitialLaw, Numerics, Parameters, TensorLaw, TrainedBatch, TrialBatch } from '@collapsar/trial'
import { isLaw } from '@collapsar/trial'

/** A batch with its initial parameters or with their law. */
export type EngineBatch = TrialBatch<Parameters | InitialLaw>

// The order of the enumerations in native/job.h.
export const NUMERICS: readonly Numerics[] = ['ieee-f32/1', 'ieee-f64/1', 'f16/1', 'bf16/1']
const ACTIVATIONS = ['relu', 'leaky-relu', 'elu', 'gelu', 'tanh', 'selu']
const NORMALIZATIONS = ['none', 'batch', 'layer']
const LOSSES = ['mse', 'mae', 'huber']
const OPTIMIZERS = ['sgd', 'momentum', 'adam']
const NOISES = ['none', 'relative', 'absolute']
const NOISY_PARAMETERS = ['biases', 'all']
const DISTRIBUTIONS: readonly TensorLaw['kind'][] = ['zero', 'normal', 'uniform']

/** The fields that native/request.cc reads, except threads and instruction set. The results are written in place. */
export function requestOf(batch: EngineBatch, results: TrainedBatch): object {
  const { activation, sizes } = batch.shape
  const { optimizer } = batch.training
  return {
    ...results,
    numericsKind: NUMERICS.indexOf(batch.numerics),
    inputs: batch.points.inputDim,
    width: sizes[1],
    hidden: sizes.length - 2,
    outputs: batch.points.outputDim,
    activation: ACTIVATIONS.indexOf(activation.kind),
    leak: activation.kind === 'leaky-relu' ? activation.leak : 0,
    normalization: NORMALIZATIONS.indexOf(batch.shape.normalization ?? 'none'),
    lossKind: LOSSES.indexOf(batch.training.loss),
    huberDelta: batch.training.huberDelta ?? 1,
    convergedLoss: batch.convergedLoss ?? -1,
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
    ...noiseFields(batch),
    ...(isLaw(batch.initial) ? lawFields(batch.initial) : { initial: batch.initial }),
  }
}

function noiseFields({ noiseKey, training: { noise } }: EngineBatch): object {
  return {
    noiseKind: NOISES.indexOf(noise?.kind ?? 'none'),
    noisyParameters: NOISY_PARAMETERS.indexOf(noise?.parameters ?? 'biases'),
    noiseLevel: noise?.level ?? 0,
    noiseKey0: noiseKey[0],
    noiseKey1: noiseKey[1],
  }
}

/** The law in place of the initial parameters: kinds and numbers, layer by layer. */
function lawFields({ initKey, biasKey, layers }: InitialLaw): object {
  return {
    initial: null,
    lawKeys: Uint32Array.of(...initKey, ...biasKey),
    lawKinds: Uint8Array.from(
      layers.flatMap(({ weights, biases, replacesOne }) => [
        DISTRIBUTIONS.indexOf(weights.kind),
        DISTRIBUTIONS.indexOf(biases.kind),
        replacesOne ? 1 : 0,
      ]),
    ),
    lawScales: Float64Array.from(layers.flatMap(({ weights, biases }) => [scaleOf(weights), scaleOf(biases)])),
  }
}

function scaleOf(law: TensorLaw): number {
  switch (law.kind) {
    case 'zero':
      return 0
    case 'normal':
      return law.std
    case 'uniform':
      return law.limit
    default:
      return law satisfies never
  }
}

function optimizerKind({ training: { optimizer } }: EngineBatch): string {
  if (optimizer.kind === 'adam') return 'adam'
  return optimizer.momentum === 0 ? 'sgd' : 'momentum'
}
