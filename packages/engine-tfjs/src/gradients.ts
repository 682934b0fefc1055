import type { GradConfig, Tensor } from '@tensorflow/tfjs-core'
import type { Tensorflow } from './backend.ts'

/**
 * The derivative of every operation that a network is made of, for TensorFlow's automatic gradient to chain. The union package
 * `@tensorflow/tfjs` brings its own (294 MB with what it needs, where core and two backends are 66 MB); the core package brings none that Node can
 * load. Where there is one it is kept.
 */
export function registerGradients(tf: Tensorflow): void {
  for (const config of gradients(tf)) {
    if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config)
  }
}

/** What came of one operation: its inputs or outputs, as it asked for them to be saved. */
type Saved = readonly [Tensor, ...Tensor[]]

/** dy and what was saved, to the derivative with respect to the one input. */
type UnaryRule = (dy: Tensor, saved: Tensor, attributes: Readonly<Record<string, unknown>>) => Tensor

function gradients(tf: Tensorflow): GradConfig[] {
  const onInput = (kernelName: string, rule: UnaryRule): GradConfig => unary(kernelName, { inputsToSave: ['x'] }, rule)
  const onOutput = (kernelName: string, rule: UnaryRule): GradConfig => unary(kernelName, { outputsToSave: [true] }, rule)
  return [
    ...arithmetic(tf),
    matrixProduct(tf),
    { kernelName: tf.SplitV, gradFunc: (dy, _saved, { axis }) => ({ x: () => tf.concat(dy as Tensor[], axis as number) }) },
    onInput(tf.Reshape, (dy, x) => tf.reshape(dy, x.shape)),
    onInput(tf.Sum, (dy, x, { axis }) => spread(tf, dy, { over: x, axis })),
    onInput(tf.Mean, (dy, x, { axis }) => spread(tf, tf.div(dy, x.size / dy.size), { over: x, axis })),
    onInput(tf.Square, (dy, x) => tf.mul(dy, tf.mul(x, 2))),
    onOutput(tf.Rsqrt, (dy, y) => tf.mul(dy, tf.mul(tf.mul(tf.square(y), y), -0.5))),
    onInput(tf.Sign, (dy) => tf.zerosLike(dy)),
    onInput(tf.ClipByValue, (dy, x, { clipValueMin, clipValueMax }) =>
      tf.mul(dy, tf.cast(tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number)), 'float32')),
    ),
    // At 0 the step is 0, so that a dead layer stays dead.
    onInput(tf.Relu, (dy, x) => tf.mul(dy, tf.step(x))),
    onInput(tf.LeakyRelu, (dy, x, { alpha }) => tf.mul(dy, tf.step(x, alpha as number))),
    onOutput(tf.Elu, (dy, y) => tf.mul(dy, tf.add(tf.minimum(y, 0), 1))),
    onInput(tf.Selu, (dy, x) => tf.mul(dy, tf.where(tf.greater(x, 0), tf.fill(x.shape, SELU_ABOVE), tf.mul(tf.exp(x), SELU_BELOW)))),
    onOutput(tf.Tanh, (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
    onInput(tf.Erf, (dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI)))),
  ]
}

/** Klambauer, Unterthiner, Mayr, Hochreiter 2017, arXiv 1706.02515: lambda, and lambda alpha. */
const SELU_ABOVE = 1.0507009873554805
const SELU_BELOW = SELU_ABOVE * 1.6732632423543772

function unary(kernelName: string, saving: Pick<GradConfig, 'inputsToSave' | 'outputsToSave'>, rule: UnaryRule): GradConfig {
  return { kernelName, ...saving, gradFunc: (dy, saved, attributes) => ({ x: () => rule(dy as Tensor, (saved as unknown as Saved)[0], attributes) }) }
}

function arithmetic(tf: Tensorflow): GradConfig[] {
  const binary = (kernelName: string, rule: (dy: Tensor, a: Tensor, b: Tensor) => { readonly a: () => Tensor; readonly b: () => Tensor }): GradConfig => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [Tensor, Tensor]
      const of = rule(dy as Tensor, a, b)
      return { a: () => gathered(tf, of.a(), a.shape), b: () => gathered(tf, of.b(), b.shape) }
    },
  })
  return [
    binary(tf.Add, (dy) => ({ a: () => dy, b: () => dy })),
    binary(tf.Sub, (dy) => ({ a: () => dy, b: () => tf.neg(dy) })),
    binary(tf.Multiply, (dy, a, b) => ({ a: () => tf.mul(dy, b), b: () => tf.mul(dy, a) })),
  ]
}

/** y = a b, batch by batch; either may come transposed. */
function matrixProduct(tf: Tensorflow): GradConfig {
  return {
    kernelName: tf.BatchMatMul,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, { transposeA, transposeB }) => {
      const [a, b] = saved as [Tensor, Tensor]
      const [flipA, flipB] = [transposeA === true, transposeB === true]
      const d = dy as Tensor
      return {
        a: () => (flipA ? tf.matMul(b, d, flipB, true) : tf.matMul(d, b, false, !flipB)),
        b: () => (flipB ? tf.matMul(d, a, true, flipA) : tf.matMul(a, d, !flipA, false)),
      }
    },
  }
}

/** dy summed over the axes along which an operand of that shape was repeated. */
function gathered(tf: Tensorflow, dy: Tensor, shape: number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape)
  return axes.length === 0 ? dy : tf.reshape(tf.sum(dy, axes), shape)
}

/** dy of a sum, for every number that was summed. */
function spread(tf: Tensorflow, dy: Tensor, { axis, over }: { readonly axis: unknown; readonly over: Tensor }): Tensor {
  const axes = new Set(tf.util.parseAxisParam(axis as number | number[], over.shape))
  return tf.mul(tf.reshape(dy, over.shape.map((size, i) => (axes.has(i) ? 1 : size))), tf.onesLike(over))
}
