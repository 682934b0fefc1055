import type { Activation } from '../activations/index.ts'
import { activationOf } from '../activations/index.ts'
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { at } from '../at.ts'
import type { LayerLayout, NetworkShape } from '../network.ts'
import { affineParameterCount, layerLayouts } from '../network.ts'

/** What the samples of a pass leave in one affine layer on their way forward and back. */
export interface LayerState extends LayerLayout {
  /** h, what the layer receives, [sample][input unit]: the points, or the activations of the layer below. */
  readonly received: Float64Array
  /** z, then of a normalized layer u: what the activation takes. Of the last layer o. [sample][output unit] */
  readonly preactivations: Float64Array
  /** dz, the derivative of the step's loss with respect to z, [sample][output unit]; of a normalized layer first du. */
  readonly deltas: Float64Array
  /** Null without normalization and for the last layer. */
  readonly normalization: NormalizationState | null
}

export interface NormalizationState {
  readonly kind: 'batch' | 'layer'
  /** Offsets of gamma[0] and beta[0] in the parameters. */
  readonly gamma: number
  readonly beta: number
  /** x, [sample][unit]. */
  readonly normalized: Float64Array
  /** mean and r: of batch normalization [unit], of layer normalization [sample]. */
  readonly means: Float64Array
  readonly reciprocals: Float64Array
}

/** One network through which the samples of a pass are propagated together. */
export interface NetworkState {
  readonly arithmetic: Arithmetic
  readonly activation: Activation
  /** Whether a hidden layer can be dead for good (NUMERICS.md, 5). */
  readonly canDie: boolean
  readonly layers: readonly LayerState[]
  /** o, [sample][output component]. */
  readonly output: Float64Array
  /** [parameter] */
  readonly parameters: Float64Array
}

export interface NetworkOptions {
  readonly arithmetic: Arithmetic
  /** Number of samples of the largest pass. */
  readonly samples: number
}

/** @param parameters [parameter]; kept, not copied */
export function networkState(shape: NetworkShape, parameters: Float64Array, options: NetworkOptions): NetworkState {
  const { arithmetic, samples } = options
  const normalizations = normalizationStates(shape, samples)
  const layers = layerLayouts(shape.sizes).map((layout, l) => ({
    ...layout,
    received: new Float64Array(samples * layout.inputs),
    preactivations: new Float64Array(samples * layout.outputs),
    deltas: new Float64Array(samples * layout.outputs),
    normalization: normalizations[l] ?? null,
  }))
  const activation = activationOf(shape.activation, arithmetic)
  const canDie = activation.canDie && shape.normalization === undefined
  const output = layers.at(-1)?.preactivations ?? new Float64Array(0)
  return { arithmetic, activation, canDie, layers, output, parameters }
}

/** [hidden layer]; empty without normalization. */
function normalizationStates({ sizes, normalization: kind }: NetworkShape, samples: number): NormalizationState[] {
  if (kind === undefined) return []
  let offset = affineParameterCount(sizes)
  return sizes.slice(1, -1).map((units) => {
    const gamma = offset
    offset += 2 * units
    return {
      kind,
      gamma,
      beta: gamma + units,
      normalized: new Float64Array(samples * units),
      means: new Float64Array(kind === 'batch' ? units : samples),
      reciprocals: new Float64Array(kind === 'batch' ? units : samples),
    }
  })
}

/** z = b + W h for one sample, k ascending (NUMERICS.md, 3). */
export function affine({ arithmetic, parameters }: NetworkState, layer: LayerState, sample: number): void {
  const { fma } = arithmetic
  const { biases, inputs, outputs, preactivations, received, weights } = layer
  for (let j = 0; j < outputs; j++) {
    let z = at(parameters, biases + j)
    for (let k = 0; k < inputs; k++) {
      z = fma(at(parameters, weights + j * inputs + k), at(received, sample * inputs + k), z)
    }
    preactivations[sample * outputs + j] = z
  }
}
