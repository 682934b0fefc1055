import type { Activation } from '../activations/index.ts'
import { activationOf } from '../activations/index.ts'
import type { LayerLayout, NetworkShape } from '../network.ts'
import { layerLayouts } from '../network.ts'

/** What one sample leaves in one affine layer on its way forward and back. */
export interface LayerState extends LayerLayout {
  /** h, what the layer receives, [input unit]: the sample, or the activations of the layer below. */
  readonly received: Float64Array
  /** z, [output unit]. */
  readonly preactivations: Float64Array
  /** dz, the derivative of the step's loss with respect to z, [output unit]. */
  readonly deltas: Float64Array
}

/** One network of which one sample at a time is propagated. */
export interface NetworkState {
  readonly activation: Activation
  readonly layers: readonly LayerState[]
  /** o, the preactivations of the last layer, [output component]. */
  readonly output: Float64Array
  readonly parameters: Float64Array
}

/** @param parameters [parameter]; kept, not copied */
export function networkState(shape: NetworkShape, parameters: Float64Array): NetworkState {
  const layers = layerLayouts(shape.sizes).map((layout) => ({
    ...layout,
    received: new Float64Array(layout.inputs),
    preactivations: new Float64Array(layout.outputs),
    deltas: new Float64Array(layout.outputs),
  }))
  const output = layers.at(-1)?.preactivations ?? new Float64Array(0)
  return { activation: activationOf(shape.activation), layers, output, parameters }
}

/** Propagates one sample: z = b + W h with k ascending, the activation between layers (NUMERICS.md, 3). */
export function forward(network: NetworkState, sample: Float64Array): void {
  const { activation, layers, parameters } = network
  layers.forEach(({ biases, inputs, outputs, preactivations, received, weights }, l) => {
    if (l === 0) received.set(sample)
    for (let j = 0; j < outputs; j++) {
      let z = parameters[biases + j] as number
      for (let k = 0; k < inputs; k++) z += (parameters[weights + j * inputs + k] as number) * (received[k] as number)
      preactivations[j] = z
    }
    const above = layers[l + 1]?.received
    if (above === undefined) return
    for (let j = 0; j < outputs; j++) above[j] = activation.value(preactivations[j] as number)
  })
}
