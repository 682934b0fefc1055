import type { NetworkShape, TrainingSpec } from '@collapsar/trial'
import { layerLayouts } from '@collapsar/trial'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import type { Tensorflow } from './backend.ts'

/**
 * What a stack of R networks leaves on its way forward. S samples, N units, c outputs. Samples come last: the sum over them that a bias wants
 * then runs through memory in order, which takes a third of the time.
 */
export interface Forward {
  /** Activations of each hidden layer, [hidden layer] of [R][N][S]. */
  readonly hidden: readonly Tensor3D[]
  /** [R][c][S] */
  readonly output: Tensor3D
}

/** Networks of one shape, computed together: every layer is one batched matrix product. */
export interface StackedNetworks {
  /**
   * @param parameters [R][P], each row as NUMERICS.md, 2 lays it out
   * @param inputs [R][d][S], or [1][d][S] for all alike
   */
  forward(parameters: Tensor2D, inputs: Tensor3D): Forward
}

/** A layer's parameters. */
interface Layer {
  /** [R][outputs][inputs] */
  readonly weights: Tensor3D
  /** [R][outputs][1] */
  readonly biases: Tensor3D
}

interface Normalization {
  /** [R][N][1] */
  readonly gamma: Tensor3D
  readonly beta: Tensor3D
}

const EPSILON = 1e-5

export function stackedNetworks(tf: Tensorflow, shape: NetworkShape): StackedNetworks {
  const layouts = layerLayouts(shape.sizes)
  const lengths = parameterLengths(shape)
  const activate = activationOp(tf, shape.activation)
  return {
    forward(parameters, inputs) {
      const rows = parameters.shape[0]
      // The gradient of a split is one concatenation: so all parameters can be one tensor, which the optimizer updates at once.
      const parts = tf.split(parameters, lengths, 1)
      const part = (i: number, height: number, width: number): Tensor3D => tf.reshape(parts[i] as Tensor, [rows, height, width])
      const layers = layouts.map(({ inputs: from, outputs: to }, l): Layer => ({ weights: part(2 * l, to, from), biases: part(2 * l + 1, to, 1) }))
      const hidden: Tensor3D[] = []
      let received = inputs
      for (const [l, { biases, weights }] of layers.entries()) {
        const z = tf.add(tf.matMul(weights, received), biases) as Tensor3D
        if (l === layers.length - 1) return { hidden, output: z }
        const width = layouts[l]?.outputs ?? 0
        const at = 2 * (layers.length + l)
        const u = shape.normalization === undefined ? z : normalize(tf, z, { kind: shape.normalization, gamma: part(at, width, 1), beta: part(at + 1, width, 1) })
        received = activate(u)
        hidden.push(received)
      }
      throw new RangeError(`invalid sizes ${shape.sizes.join()}: a network has an affine layer`)
    },
  }
}

/** Weights and biases of each layer in turn, then scales and shifts (NUMERICS.md, 2). */
function parameterLengths({ sizes, normalization }: NetworkShape): number[] {
  const affine = layerLayouts(sizes).flatMap(({ inputs, outputs }) => [inputs * outputs, outputs])
  return normalization === undefined ? affine : [...affine, ...sizes.slice(1, -1).flatMap((units) => [units, units])]
}

/** u = gamma (z - mean) / sqrt(var + eps) + beta, over the units of a sample or over the samples of a unit (NUMERICS.md, 3). */
function normalize(tf: Tensorflow, z: Tensor3D, { beta, gamma, kind }: Normalization & { readonly kind: 'batch' | 'layer' }): Tensor3D {
  const axis = kind === 'layer' ? 1 : 2
  // The mean of the differences takes out what rounding did to the mean: where units hardly vary, r makes much of it.
  const almost = tf.sub(z, tf.mean(z, axis, true))
  const difference = tf.sub(almost, tf.mean(almost, axis, true))
  const variance = tf.mean(tf.square(difference), axis, true)
  const x = tf.mul(difference, tf.rsqrt(tf.add(variance, EPSILON)))
  return tf.add(tf.mul(gamma, x), beta)
}

/** TensorFlow's own functions, whose gradients at 0 are those of NUMERICS.md: 0 for relu, `leak` for leaky relu. */
export function activationOp(tf: Tensorflow, spec: NetworkShape['activation']): <T extends Tensor>(z: T) => T {
  switch (spec.kind) {
    case 'relu':
      return (z) => tf.relu(z)
    case 'leaky-relu':
      return (z) => tf.leakyRelu(z, spec.leak)
    case 'elu':
      return (z) => tf.elu(z)
    case 'selu':
      return (z) => tf.selu(z)
    case 'tanh':
      return (z) => tf.tanh(z)
    case 'gelu':
      return (z) => tf.mul(z, tf.add(tf.mul(tf.erf(tf.mul(z, Math.SQRT1_2)), 0.5), 0.5))
    default:
      throw new RangeError(`invalid activation: ${String(spec satisfies never)}`)
  }
}

/** Sum of the loss's terms over samples and outputs, [R]. @param error o - y, [R][c][S] */
export function lossSums(tf: Tensorflow, error: Tensor3D, { loss, huberDelta = 1 }: Pick<TrainingSpec, 'loss' | 'huberDelta'>): Tensor1D {
  return tf.sum(lossTerms(tf, error, { loss, huberDelta }), [1, 2])
}

function lossTerms(tf: Tensorflow, error: Tensor3D, { loss, huberDelta }: Required<Pick<TrainingSpec, 'loss' | 'huberDelta'>>): Tensor {
  switch (loss) {
    case 'mse':
      return tf.square(error)
    case 'mae':
      // The gradient of tf.abs at 0 is -1, that of this product sign(0) = 0.
      return tf.mul(error, tf.sign(error))
    case 'huber': {
      const bounded = tf.clipByValue(error, -huberDelta, huberDelta)
      return tf.mul(bounded, tf.sub(error, tf.mul(bounded, 0.5)))
    }
    default:
      throw new RangeError(`invalid loss: ${String(loss satisfies never)}`)
  }
}
