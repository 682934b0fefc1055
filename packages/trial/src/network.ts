import type { ActivationSpec, NormalizationKind, Numerics } from './trial.ts'

/** Working-type array: binary64 for `ieee-f64`, otherwise binary32 (which holds every binary16 and bfloat16 number). */
export type Parameters = Float32Array | Float64Array

/** What a network is, apart from its parameters: layer sizes [d, N, ..., N, c] and what its hidden layers do. */
export interface NetworkShape {
  readonly sizes: readonly number[]
  readonly activation: ActivationSpec
  /** Absent: none. */
  readonly normalization?: NormalizationKind
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

/** Number of weights and biases of a network with these sizes. */
export function affineParameterCount(sizes: readonly number[]): number {
  return layerLayouts(sizes).reduce((sum, layer) => sum + (layer.inputs + 1) * layer.outputs, 0)
}

/** Number of parameters: weights and biases, then scales and shifts of the normalization where there is one. */
export function parameterCount({ sizes, normalization }: NetworkShape): number {
  const normalized = normalization === undefined ? 0 : sizes.slice(1, -1).reduce((sum, units) => sum + 2 * units, 0)
  return affineParameterCount(sizes) + normalized
}

export function allocateParameters(numerics: Numerics, length: number): Parameters {
  return numerics === 'ieee-f64/1' ? new Float64Array(length) : new Float32Array(length)
}
