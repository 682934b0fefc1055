import { at } from '../at.ts'
import type { LayerLayout } from '../network.ts'

/** A network whose hidden units are relu, or leaky relu of slope `leak` below 0. */
export interface RectifiedNetwork {
  readonly layers: readonly LayerLayout[]
  readonly leak: number
  /** [parameter] */
  readonly parameters: Float64Array
}

/** Derivatives of the outputs with respect to the inputs at one point, [output][coordinate]; a unit at 0 counts as below. */
export function gradientAt({ layers, leak, parameters }: RectifiedNetwork, point: Float64Array): Float64Array {
  const { length: inputDim } = point
  let values = point
  let gradients = Float64Array.from({ length: inputDim * inputDim }, (_, i) => (i % (inputDim + 1) === 0 ? 1 : 0))
  for (const [l, layer] of layers.entries()) {
    const { biases, inputs, outputs, weights } = layer
    const nextValues = new Float64Array(outputs)
    const nextGradients = new Float64Array(outputs * inputDim)
    for (let j = 0; j < outputs; j++) {
      let z = at(parameters, biases + j)
      for (let k = 0; k < inputs; k++) z += at(parameters, weights + j * inputs + k) * at(values, k)
      const slope = l === layers.length - 1 || z > 0 ? 1 : leak
      nextValues[j] = slope === 0 ? 0 : slope * z
      for (let k = 0; k < inputs && slope !== 0; k++) {
        const factor = slope * at(parameters, weights + j * inputs + k)
        for (let d = 0; d < inputDim; d++) {
          nextGradients[j * inputDim + d] = at(nextGradients, j * inputDim + d) + factor * at(gradients, k * inputDim + d)
        }
      }
    }
    values = nextValues
    gradients = nextGradients
  }
  return gradients
}
