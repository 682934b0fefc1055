import type { ActivationSpec, Numerics } from './trial.ts'

/** Working-type array: binary32 for `ieee-f32`, binary64 for `ieee-f64`. */
export type Parameters = Float32Array | Float64Array

/** What a network is, apart from its parameters: layer sizes [d, N, ..., N, c] and the hidden activation. */
export interface NetworkShape {
  readonly sizes: readonly number[]
  readonly activation: ActivationSpec
}

/** Where one affine layer lies in the flat parameters: weights [output][input] row-major, then biases. */
export interface LayerLayout {
  readonly inputs: number
  readonly outputs: number
  readonly weights: number
  readonly biases: number
}

/** Sizes [d, N, ..., N, c] of a network of `depth` affine layers. */
export function layerSizes(inputDim: number, depth: number, width: number, outputDim: number): number[] {
  return [inputDim, ...Array<number>(depth - 1).fill(width), outputDim]
}

export function layerLayouts(sizes: readonly number[]): LayerLayout[] {
  let offset = 0
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index] ?? 0
    const layout = { inputs, outputs, weights: offset, biases: offset + inputs * outputs }
    offset += (inputs + 1) * outputs
    return layout
  })
}

/** Number of parameters, weights and biases, of a network with these sizes. */
export function parameterCount(sizes: readonly number[]): number {
  return layerLayouts(sizes).reduce((sum, layer) => sum + (layer.inputs + 1) * layer.outputs, 0)
}

export function allocateParameters(numerics: Numerics, length: number): Parameters {
  return numerics === 'ieee-f64/1' ? new Float64Array(length) : new Float32Array(length)
}
