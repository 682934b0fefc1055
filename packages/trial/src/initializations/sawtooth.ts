import { outputDimOf } from '../targets/index.ts'
import type { InitializationSpec, TrialSpec } from '../trial.ts'
import type { DrawnLayer, Initialization } from './initialization.ts'

type Variant = Extract<InitializationSpec, { kind: 'sawtooth' }>['variant']

/**
 * A network of m hidden layers that has the most pieces which width 2 allows on [0, 1]: 2^m, with breakpoints k / 2^m.
 * Nothing is drawn. With t the input, or what the layer below hands on, the two units of hidden layer l = 1 .. m are
 * - plain: relu(t) and relu(t - 1/2), handed on as 2 relu(t) - 4 relu(t - 1/2): slopes +-2^m, values in [0, 1];
 * - lipschitz: relu(t) and relu(t - 2^-l), handed on as relu(t) - 2 relu(t - 2^-l): slopes +-1, values in [0, 2^-m].
 *
 * Further units of a wider network have no weights: they are 0 everywhere, and without the gradient to change that. A bias
 * law beside it is added to these biases, those of the further units included: it is a perturbation, and zero biases leave
 * the sawtooth exact as long as the format holds its breakpoints (24 layers of float32, 11 of float16, 8 of bfloat16).
 * @source M. Telgarsky, "Representation benefits of deep feedforward networks" (2015), arXiv:1509.08101; perturbed, with
 *   bounded slopes: C. Karner, V. Kazeev, P. C. Petersen, "Limitations of neural network training due to numerical
 *   instability of backpropagation" (2024), arXiv:2210.00805
 */
export function sawtooth(variant: Variant): Initialization {
  const [rise, fall] = variant === 'plain' ? [2, -4] : [1, -2]
  return {
    drawsBiases: false,
    lawOf: () => ({ weights: { kind: 'zero' }, biases: { kind: 'zero' }, replacesOne: false }),
    *makeLayer({ layer, depth, inputs, weights, biases }: DrawnLayer) {
      const isLast = layer === depth - 1
      for (let unit = 0; unit < (isLast ? 1 : 2); unit++) {
        weights[unit * inputs] = layer === 0 ? 1 : rise
        if (layer > 0) weights[unit * inputs + 1] = fall
      }
      if (!isLast) biases[1] = (biases[1] ?? 0) - (variant === 'plain' ? 0.5 : 2 ** -(layer + 1))
      yield
    },
  }
}

/** Why the networks of a cell cannot be initialized as a sawtooth; null if they can. */
export function sawtoothMisfit({ depth, width, network, problem }: TrialSpec): string | null {
  const outputDim = outputDimOf(problem)
  const { activation, normalization, initScale } = network
  if (problem.inputDim !== 1 || outputDim !== 1) {
    return `it needs one input and one output; the problem has ${problem.inputDim} and ${outputDim}`
  }
  if (activation.kind !== 'relu') return `it needs the activation relu, not ${activation.kind}`
  if (normalization !== undefined) return `it needs a network without normalization, not with ${normalization}`
  if (initScale !== undefined) return `its weights are given, leave out initScale (${initScale})`
  if (width < 2 || depth < 2) return `it needs depth and width of at least 2, not ${depth} and ${width}`
  return null
}
