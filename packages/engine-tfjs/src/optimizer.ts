import type { NoiseSpec, OptimizerSpec } from '@collapsar/trial'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { Tensorflow } from './backend.ts'

/** Parameters and the optimizer's memory of a stack of networks, each [R][P]. */
export interface Learned {
  readonly parameters: Tensor2D
  /** None of sgd, the velocity of momentum, mean and mean square of Adam. */
  readonly moments: readonly Tensor2D[]
}

export interface StackedOptimizer {
  /** How many moments it keeps; they start at 0. */
  readonly moments: number
  /** The next update, of all networks alike: the first call makes update number 1. */
  update(learned: Learned, gradient: Tensor2D): Learned
}

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** The updates of NUMERICS.md, 4: TensorFlow.js's own Adam has another epsilon (1e-7), and its powers of beta are of binary32. */
export function stackedOptimizer(tf: Tensorflow, spec: OptimizerSpec): StackedOptimizer {
  if (spec.kind === 'adam') return adam(tf, spec.learningRate)
  return spec.momentum === 0 ? sgd(tf, spec.learningRate) : momentum(tf, spec)
}

function sgd(tf: Tensorflow, learningRate: number): StackedOptimizer {
  return {
    moments: 0,
    update: ({ parameters }, gradient) => ({ parameters: tf.sub(parameters, tf.mul(gradient, learningRate)), moments: [] }),
  }
}

/** v = mu v + G, then p = p - lr v, from v = 0 and without dampening (Polyak 1964, as in PyTorch). */
function momentum(tf: Tensorflow, { learningRate, momentum: mu }: { readonly learningRate: number; readonly momentum: number }): StackedOptimizer {
  return {
    moments: 1,
    update({ moments, parameters }, gradient) {
      const velocity: Tensor2D = tf.add(tf.mul(moments[0] as Tensor2D, mu), gradient)
      return { parameters: tf.sub(parameters, tf.mul(velocity, learningRate)), moments: [velocity] }
    },
  }
}

/**
 * Adam (Kingma, Ba 2015, arXiv 1412.6980), the bias corrections moved into the step size and epsilon:
 * p = p - s_t m / (sqrt(v) + e_t), with s_t = lr sqrt(1 - beta2^t) / (1 - beta1^t) and e_t = eps sqrt(1 - beta2^t).
 */
function adam(tf: Tensorflow, learningRate: number): StackedOptimizer {
  let power1 = 1
  let power2 = 1
  return {
    moments: 2,
    update({ moments, parameters }, gradient) {
      power1 *= BETA1
      power2 *= BETA2
      const root = Math.sqrt(1 - power2)
      const mean: Tensor2D = tf.add(tf.mul(moments[0] as Tensor2D, BETA1), tf.mul(gradient, 1 - BETA1))
      const square: Tensor2D = tf.add(tf.mul(moments[1] as Tensor2D, BETA2), tf.mul(tf.mul(gradient, 1 - BETA2), gradient))
      const step = tf.div(tf.mul(mean, (learningRate * root) / (1 - power1)), tf.add(tf.sqrt(square), EPSILON * root))
      return { parameters: tf.sub(parameters, step), moments: [mean, square] }
    },
  }
}

/**
 * The parameters after an update that is perturbed: p' + level r (p' - p), or p' + level r (NUMERICS.md, 4).
 * @param noise r, [R][P]; 0 where nothing is to be perturbed
 */
export function perturbed(tf: Tensorflow, { kind, level }: NoiseSpec, { after, before, noise }: { readonly after: Tensor2D; readonly before: Tensor2D; readonly noise: Tensor2D }): Tensor2D {
  const added = tf.mul(noise, level)
  return tf.add(after, kind === 'absolute' ? added : tf.mul(added, tf.sub(after, before)))
}
