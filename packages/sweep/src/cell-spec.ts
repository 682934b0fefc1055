import { NUMERICS_OF_PRECISION } from '@collapsar/trial'
import type {
  ActivationSpec,
  BiasSpec,
  InitializationSpec,
  LossSpec,
  NetworkSpec,
  Numerics,
  OptimizerSpec,
  TrainingSpec,
  TrialSpec,
} from '@collapsar/trial'
import type { Problem } from './errors.ts'
import { problemOf } from './problem-spec.ts'
import { reportSawtooth } from './sawtooth-fit.ts'
import type { SweepFile } from './sweep-file.ts'
import { show } from './validation.ts'

/** What all cells of a grid have in common. */
export type CellTemplate = Omit<TrialSpec, 'depth' | 'width'>

const DEFAULT_STEPS = 3000
const DEFAULT_LEARNING_RATE = 0.001
const DEFAULT_LEAK = 0.01
const DEFAULT_HUBER_DELTA = 1
const DEFAULT_NOISY_PARAMETERS = 'biases'

/** Fills in the defaults of a file whose fields are valid one by one, and reports the fields that do not go together. */
export function cellTemplate(file: SweepFile, report: (problem: Problem) => void): CellTemplate {
  const template = {
    numerics: numericsOf(file, report),
    seed: file.seed ?? 0,
    network: networkOf(file.network ?? {}, report),
    problem: problemOf(file.problem ?? {}, report),
    training: trainingOf(file.training ?? {}, report),
  }
  reportSawtooth(template, file.grid, report)
  return template
}

function numericsOf(file: SweepFile, report: (problem: Problem) => void): Numerics {
  const byPrecision = file.precision === undefined ? undefined : NUMERICS_OF_PRECISION[file.precision]
  if (file.numerics !== undefined && byPrecision !== undefined && byPrecision !== file.numerics) {
    report({
      pointer: '/numerics',
      detail: `numerics is ${show(file.numerics)} but precision is ${show(file.precision)}; give one of the two`,
    })
  }
  return file.numerics ?? byPrecision ?? 'ieee-f32/1'
}

function networkOf(network: NonNullable<SweepFile['network']>, report: (problem: Problem) => void): NetworkSpec {
  const initialization = initializationOf(network.init ?? 'he-normal')
  const { normalization = 'none', initScale = 1 } = network
  return {
    activation: activationOf(network, report),
    initialization,
    bias: biasOf(network.bias, initialization, report),
    // absent where there is none, as in cells that were named before there were normalizations
    ...(normalization !== 'none' && { normalization }),
    ...(initScale !== 1 && { initScale }),
  }
}

function activationOf(network: NonNullable<SweepFile['network']>, report: (problem: Problem) => void): ActivationSpec {
  const kind = network.activation ?? 'relu'
  if (kind === 'leaky-relu') return { kind, leak: network.leak ?? DEFAULT_LEAK }
  if (network.leak !== undefined) {
    report({
      pointer: '/network/leak',
      detail: `network.leak is ${network.leak} but network.activation is ${kind}; accepted: leak with leaky-relu only`,
    })
  }
  return { kind }
}

type InitField = NonNullable<NonNullable<SweepFile['network']>['init']>

function initializationOf(init: InitField): InitializationSpec {
  if (typeof init === 'string') {
    return init === 'randomized-asymmetric' ? { kind: init, outputLayer: true } : { kind: init }
  }
  if (init.kind === 'small') return { kind: 'small', std: init.std }
  if (init.kind === 'randomized-asymmetric') {
    return { kind: init.kind, outputLayer: 'outputLayer' in init ? (init.outputLayer ?? true) : true }
  }
  if (init.kind === 'sawtooth') return { kind: 'sawtooth', variant: init.variant ?? 'plain' }
  return { kind: init.kind }
}

function biasOf(
  bias: NonNullable<SweepFile['network']>['bias'],
  initialization: InitializationSpec,
  report: (problem: Problem) => void,
): BiasSpec {
  if (initialization.kind === 'torch-default' || initialization.kind === 'randomized-asymmetric') {
    if (bias !== undefined) {
      report({
        pointer: '/network/bias',
        detail: `network.bias is ${show(bias)} but ${initialization.kind} draws the biases itself; leave network.bias out`,
      })
    }
    return { kind: 'initialization' }
  }
  return bias === undefined || typeof bias === 'string' ? { kind: 'zero' } : { kind: bias.kind, std: bias.std }
}

function trainingOf(training: NonNullable<SweepFile['training']>, report: (problem: Problem) => void): TrainingSpec {
  return {
    ...lossOf(training, report),
    optimizer: optimizerOf(training.optimizer, report),
    batch: training.batch ?? 'full',
    steps: training.steps ?? DEFAULT_STEPS,
    stopAtDeath: training.stopAtDeath ?? true,
    ...(training.stopWhenConverged === true && { stopWhenConverged: true }),
    ...(training.noise !== undefined && { noise: { parameters: DEFAULT_NOISY_PARAMETERS, ...training.noise } }),
  }
}

function lossOf(training: NonNullable<SweepFile['training']>, report: (problem: Problem) => void): LossSpec {
  const { loss = 'mse', huberDelta } = training
  if (loss === 'huber') return { loss, huberDelta: huberDelta ?? DEFAULT_HUBER_DELTA }
  if (huberDelta !== undefined) {
    report({
      pointer: '/training/huberDelta',
      detail: `training.huberDelta is ${huberDelta} but training.loss is ${loss}; accepted: huberDelta with huber only`,
    })
  }
  return { loss }
}

type OptimizerField = NonNullable<SweepFile['training']>['optimizer']

function optimizerOf(optimizer: OptimizerField, report: (problem: Problem) => void): OptimizerSpec {
  const kind = optimizer?.kind ?? 'adam'
  // a sum, as -0 and 0 have one name in a cell's identity
  const learningRate = 0 + (optimizer?.learningRate ?? DEFAULT_LEARNING_RATE)
  if (kind === 'sgd') return { kind, learningRate, momentum: optimizer?.momentum ?? 0 }
  if (optimizer?.momentum !== undefined) {
    report({
      pointer: '/training/optimizer/momentum',
      detail: `training.optimizer.momentum is ${optimizer.momentum} but the optimizer is adam; accepted: momentum with sgd only`,
    })
  }
  return { kind, learningRate }
}
