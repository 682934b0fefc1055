import type { TrainingPoints, TrialBatch } from '../batch.ts'
import { allocateParameters, layerLayouts, layerSizes } from '../network.ts'
import type { NetworkShape, Parameters } from '../network.ts'
import type { LossSpec } from '../losses/index.ts'
import { storedIn } from '../stored.ts'
import type { Numerics, OptimizerSpec } from '../trial.ts'
import { activationField } from './activation-field.ts'
import {
  choiceField,
  integerField,
  InvalidField,
  listField,
  matrixField,
  numberField,
  numbersField,
  objectField,
  positiveField,
} from './fields.ts'

const DEFAULT_DELTA = 1

type Document = Readonly<Record<string, unknown>>

/**
 * One given network with its training, as a batch of one trial with a loss trace. The document has the form of an
 * element of `cases` in test/golden/training-float64.json:
 * `{ inputDim, width, hiddenLayers, activation, leak?, normalization?, loss, huberDelta?, optimizer: { kind, lr, momentum? },
 * steps, sizes?, x: [point][coordinate], y: [point][component], initial: [W, b, W, b, ...] }`, W as [output][input]. Behind them
 * `initial` has the scales and shifts of each normalization, [gamma, beta, ...].
 * Full batch, to the last step: `stopAtDeath` is false.
 * @param numerics in which the initial parameters are stored
 * @throws {InvalidField} that names the first field at fault
 */
export function trainingCase(json: unknown, numerics: Numerics = 'ieee-f64/1'): TrialBatch {
  const document = objectField(json, 'case')
  const points = pointsOf(document)
  const shape = shapeOf(document, points.outputDim)
  return {
    numerics,
    shape,
    training: {
      ...lossOf(document),
      optimizer: optimizerOf(document['optimizer']),
      batch: 'full',
      steps: integerField(document['steps'], 'steps', 0),
      stopAtDeath: false,
    },
    points,
    trials: Float64Array.of(0),
    minibatchKey: [0, 0],
    noiseKey: [0, 0],
    initial: initialOf(document['initial'], shape, numerics),
    trace: true,
  }
}

function pointsOf(document: Document): TrainingPoints {
  const inputDim = integerField(document['inputDim'], 'inputDim', 1)
  const count = listField(document['x'], 'x').length
  const outputDim = listField(listField(document['y'], 'y', count)[0], 'y[0]').length
  return {
    count,
    inputDim,
    outputDim,
    inputs: Float64Array.from(matrixField(document['x'], 'x', count, inputDim)),
    targets: Float64Array.from(matrixField(document['y'], 'y', count, outputDim)),
  }
}

function shapeOf(document: Document, outputDim: number): NetworkShape {
  const shape = { sizes: sizesOf(document, outputDim), activation: activationField(document) }
  const normalization = choiceField(document['normalization'] ?? 'none', 'normalization', ['none', 'batch', 'layer'])
  return normalization === 'none' ? shape : { ...shape, normalization }
}

function lossOf(document: Document): LossSpec {
  const loss = choiceField(document['loss'], 'loss', ['mse', 'mae', 'huber'])
  const delta = document['huberDelta']
  if (loss === 'huber') return { loss, huberDelta: positiveField(delta ?? DEFAULT_DELTA, 'huberDelta') }
  if (delta !== undefined) throw new InvalidField('huberDelta', delta, `nothing with the loss ${loss}`)
  return { loss }
}

/** Sizes from input dimension, width and depth; `sizes`, where given, must say the same. */
function sizesOf(document: Document, outputDim: number): number[] {
  const inputDim = integerField(document['inputDim'], 'inputDim', 1)
  const hiddenLayers = integerField(document['hiddenLayers'], 'hiddenLayers', 1)
  const sizes = layerSizes(inputDim, hiddenLayers + 1, integerField(document['width'], 'width', 1), outputDim)
  const given = document['sizes'] === undefined ? sizes : numbersField(document['sizes'], 'sizes')
  if (given.join() !== sizes.join()) throw new InvalidField('sizes', given, `[${sizes.join(', ')}]`)
  return sizes
}

function optimizerOf(json: unknown): OptimizerSpec {
  const document = objectField(json, 'optimizer')
  const kind = choiceField(document['kind'], 'optimizer.kind', ['sgd', 'adam'])
  const learningRate = positiveField(document['lr'], 'optimizer.lr')
  if (kind === 'adam') return { kind, learningRate }
  const momentum = numberField(document['momentum'] ?? 0, 'optimizer.momentum')
  if (momentum < 0 || momentum >= 1) throw new InvalidField('optimizer.momentum', momentum, 'a number in [0, 1)')
  return { kind, learningRate, momentum }
}

function initialOf(json: unknown, { sizes, normalization }: NetworkShape, numerics: Numerics): Parameters {
  const layouts = layerLayouts(sizes)
  const scales = normalization === undefined ? [] : sizes.slice(1, -1).flatMap((units) => [units, units])
  const list = listField(json, 'initial', 2 * layouts.length + scales.length)
  const affine = layouts.flatMap(({ inputs, outputs }, l) => [
    ...matrixField(list[2 * l], `initial[${2 * l}]`, outputs, inputs),
    ...numbersField(list[2 * l + 1], `initial[${2 * l + 1}]`, outputs),
  ])
  const behind = scales.flatMap((units, i) => {
    const place = 2 * layouts.length + i
    return numbersField(list[place], `initial[${place}]`, units)
  })
  const parameters = allocateParameters(numerics, affine.length + behind.length)
  parameters.set([...affine, ...behind].map(storedIn(numerics)))
  return parameters
}
