import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { at } from '../at.ts'
import type { TrialBatch } from '../batch.ts'
import { layerLayouts, parameterCount } from '../network.ts'
import type { NetworkShape } from '../network.ts'
import type { TensorStream } from '../random/uniform.ts'
import { fillWords } from '../random/uniform.ts'
import type { NoiseSpec } from '../trial.ts'
import type { Optimizer } from './optimizer.ts'

export interface ParameterNoise {
  readonly spec: NoiseSpec
  readonly shape: NetworkShape
  /** The trial's own stream; the number of the update is its tensor. */
  readonly stream: Omit<TensorStream, 'tensor'>
}

/**
 * An optimizer whose every update is perturbed: p' becomes p' + level r (p' - p) or p' + level r, with r of the trial's own
 * stream (NUMERICS.md, 4).
 * @source S. Karner, V. Kazeev, P. C. Petersen, "Limitations of neural network training due to numerical instability of
 *   backpropagation" (2022), arXiv 2210.00805, Definition 2.3
 */
export function withNoise(optimizer: Optimizer, noise: ParameterNoise, { fma, round, stored }: Arithmetic): Optimizer {
  const { shape, spec, stream } = noise
  const level = round(spec.level)
  const perturbed =
    spec.kind === 'relative'
      ? (after: number, before: number, r: number) => fma(round(level * r), round(after - before), after)
      : (after: number, _before: number, r: number) => fma(level, r, after)
  const places = noisyParameters(shape, spec)
  const words = new Uint32Array(4 * Math.ceil(parameterCount(shape) / 4))
  let step = 0
  return {
    update(parameters, gradient) {
      const before = parameters.slice()
      optimizer.update(parameters, gradient)
      fillWords(words, words.length / 4, 0, { ...stream, tensor: step })
      for (const i of places) {
        parameters[i] = stored(perturbed(at(parameters, i), at(before, i), noiseOfWord(words[i] as number)))
      }
      step += 1
    },
  }
}

/**
 * r of every parameter for the noise of one update, 0 where nothing is perturbed, [parameter].
 * @param trial index of the trial in its cell
 * @param step 0 for the first update
 */
export function drawNoise({ noiseKey, shape, training }: Pick<TrialBatch, 'noiseKey' | 'shape' | 'training'>, trial: number, step: number): Float64Array {
  const count = parameterCount(shape)
  const noise = new Float64Array(count)
  if (training.noise === undefined) return noise
  const words = new Uint32Array(4 * Math.ceil(count / 4))
  fillWords(words, words.length / 4, 0, { key: noiseKey, tensor: step, trial })
  for (const i of noisyParameters(shape, training.noise)) noise[i] = noiseOfWord(words[i] as number)
  return noise
}

/** The middle of one of 2^24 equal parts of (-1, 1), by the upper 24 bits of a random word: a number of every working type. */
export function noiseOfWord(word: number): number {
  return (2 * (word >>> 8) + 1 - 2 ** 24) / 2 ** 24
}

/** Numbers of the parameters that are perturbed, ascending. */
function noisyParameters(shape: NetworkShape, { parameters }: NoiseSpec): number[] {
  if (parameters === 'all') return Array.from({ length: parameterCount(shape) }, (_, i) => i)
  return layerLayouts(shape.sizes).flatMap(({ biases, outputs }) => Array.from({ length: outputs }, (_, j) => biases + j))
}
