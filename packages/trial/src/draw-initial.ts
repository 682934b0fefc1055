import type { InitialLaw, LayerLaw, TensorLaw, TrialBatch } from './batch.ts'
import type { NetworkShape, Parameters } from './network.ts'
import type { DrawnLayer } from './initializations/initialization.ts'
import { affineParameterCount, allocateParameters, layerLayouts, parameterCount } from './network.ts'
import { fillNormals } from './random/normal.ts'
import { scale, spread } from './random/scale.ts'
import type { TensorStream } from './random/uniform.ts'
import { fillUniforms, fillWords, uniformOfWords } from './random/uniform.ts'
import { storedIn } from './stored.ts'
import type { Numerics } from './trial.ts'

/**
 * Initial parameters of trials, [trial][parameter]: drawn in binary64, rounded once to the working type and then stored.
 * Those of a trial do not depend on which others are drawn with it.
 * @param trials indices in the cell, integers in [0, 2^53)
 * @throws RangeError for another index
 */
export function drawInitial(
  law: InitialLaw,
  shape: NetworkShape,
  numerics: Numerics,
  trials: ArrayLike<number>,
): Parameters {
  return finish(drawSteps({ law, shape, numerics, makeLayer: null }, trials))
}

/** How the initial parameters of a cell come about: numbers by a law, of which some initializations then make each layer. */
export interface InitialDraw {
  readonly law: InitialLaw
  readonly shape: NetworkShape
  readonly numerics: Numerics
  /** Null: the numbers are the parameters. */
  readonly makeLayer: ((layer: DrawnLayer) => Generator<void, void>) | null
}

/** Draws as `drawInitial` does, a trial in each step; where layers are made, in steps well below a millisecond. */
export function* drawSteps(draw: InitialDraw, trials: ArrayLike<number>): Generator<void, Parameters> {
  const { law, shape, numerics, makeLayer } = draw
  const count = parameterCount(shape)
  const parameters = allocateParameters(numerics, count * trials.length)
  const network = new Float64Array(count)
  drawScales(network, shape)
  const layers = layerDraws(network, law, shape)
  const isNarrow = numerics === 'f16/1' || numerics === 'bf16/1'
  const stored = storedIn(numerics)
  for (let row = 0; row < trials.length; row++) {
    const trial = trialIndex(trials[row])
    for (const draw of layers) {
      drawLayer(draw, trial)
      if (makeLayer !== null) yield* makeLayer(draw)
    }
    parameters.set(isNarrow ? network.map(stored) : network, row * count)
    yield
  }
  return parameters
}

/** All steps at once. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/**
 * The batch with its initial parameters: drawn if it carries their law, otherwise as it is.
 * @throws RangeError for a trial index that is not an integer in [0, 2^53), and for parameters of another number
 */
export function drawnBatch(batch: TrialBatch<Parameters | InitialLaw>): TrialBatch {
  const { initial, shape, numerics, trials } = batch
  return { ...batch, initial: isLaw(initial) ? drawInitial(initial, shape, numerics, trials) : givenInitial(batch, initial) }
}

/** What a batch was given as its initial parameters. @throws RangeError where they are not those of its trials */
export function givenInitial({ shape, trials }: Pick<TrialBatch, 'shape' | 'trials'>, initial: Parameters): Parameters {
  const expected = trials.length * parameterCount(shape)
  if (initial.length === expected) return initial
  throw new RangeError(`invalid initial: ${initial.length} parameters; expected ${expected}, ${parameterCount(shape)} for each of ${trials.length} trials`)
}

/** Whether a batch carries the law of its initial parameters in their place. */
export function isLaw(initial: Parameters | InitialLaw): initial is InitialLaw {
  return 'layers' in initial
}

/** One affine layer of a network that is drawn again and again. */
interface LayerDraw extends DrawnLayer {
  readonly law: LayerLaw
  readonly keys: InitialLaw
}

function layerDraws(network: Float64Array, keys: InitialLaw, { sizes }: NetworkShape): LayerDraw[] {
  const layouts = layerLayouts(sizes)
  return layouts.map((layout, layer) => {
    const law = keys.layers[layer]
    if (law === undefined || keys.layers.length !== layouts.length) {
      throw new RangeError(`invalid law: of ${keys.layers.length} layers for a network of ${layouts.length}`)
    }
    const weights = network.subarray(layout.weights, layout.biases)
    const biases = network.subarray(layout.biases, layout.biases + layout.outputs)
    return { law, keys, layer, depth: layouts.length, inputs: layout.inputs, outputs: layout.outputs, weights, biases }
  })
}

/** The normalization's parameters: scales 1, shifts 0, layer by layer behind the affine ones. */
function drawScales(network: Float64Array, { sizes }: NetworkShape): void {
  let offset = affineParameterCount(sizes)
  for (const units of sizes.slice(1, -1)) {
    network.fill(1, offset, offset + units)
    offset += 2 * units
  }
}

function drawLayer({ law, keys, layer, outputs, weights, biases }: LayerDraw, trial: number): void {
  drawTensor(weights, law.weights, { key: keys.initKey, trial, tensor: layer })
  drawTensor(biases, law.biases, { key: keys.biasKey, trial, tensor: layer })
  if (!law.replacesOne) return
  const stream = { key: keys.initKey, trial, tensor: keys.layers.length + layer }
  for (let unit = 0; unit < outputs; unit++) replaceOne(weights, biases, unit, stream)
}

function drawTensor(into: Float64Array, law: TensorLaw, stream: TensorStream): void {
  switch (law.kind) {
    case 'zero':
      into.fill(0)
      break
    case 'normal':
      fillNormals(into, into.length, stream)
      scale(into, into.length, law.std)
      break
    case 'uniform':
      fillUniforms(into, into.length, stream)
      spread(into, into.length, law.limit)
      break
    default:
      law satisfies never
  }
}

const words = new Uint32Array(4)

/**
 * Replaces one position of the row [w, b] of a unit (randomized asymmetric initialization). Block `unit` of the stream: its
 * first word chooses the position, the last two make the value, a Beta(2, 1) number.
 */
function replaceOne(weights: Float64Array, biases: Float64Array, unit: number, stream: TensorStream): void {
  const inputs = weights.length / biases.length
  fillWords(words, 1, unit, stream)
  const [choice = 0, , a = 0, b = 0] = words
  const position = Math.floor((choice * (inputs + 1)) / 2 ** 32)
  const value = Math.sqrt(uniformOfWords(a, b))
  if (position < inputs) weights[unit * inputs + position] = value
  else biases[unit] = value
}

/** @throws RangeError for a number that is no index of a trial */
export function trialIndex(index: number | undefined): number {
  if (index === undefined || !Number.isSafeInteger(index) || index < 0) {
    throw new RangeError(`invalid trial ${index}: expected an integer from 0 to 2^53 - 1`)
  }
  return index
}
