import type { LayerLaw } from '../batch.ts'

/** One affine layer and its place in the network. */
export interface LayerPlace {
  /** Index of the layer, 0 .. depth - 1. */
  readonly layer: number
  /** Number of affine layers of the network. */
  readonly depth: number
  readonly inputs: number
  readonly outputs: number
}

/** A layer with the numbers that its law drew, to be changed in place. */
export interface DrawnLayer extends LayerPlace {
  /** [output][input] */
  readonly weights: Float64Array
  /** [output] */
  readonly biases: Float64Array
}

/** How each layer is drawn. The biases of its laws are zero unless `drawsBiases`. */
export interface Initialization {
  readonly drawsBiases: boolean
  lawOf(place: LayerPlace): LayerLaw
  /**
   * Present where a layer is more than independent numbers: makes it from those that the law drew, with all weights times
   * `scale`, and yields often. Engines cannot, so they are given the parameters instead of the law.
   */
  makeLayer?(layer: DrawnLayer, scale: number): Generator<void, void>
}

/** A number that depends on the fans of a layer. */
export type FanFunction = (inputs: number, outputs: number) => number

/** Independent normal weights of mean 0. */
export function normalWeights(std: FanFunction): Initialization {
  return {
    drawsBiases: false,
    lawOf: ({ inputs, outputs }) => ({
      weights: { kind: 'normal', std: std(inputs, outputs) },
      biases: { kind: 'zero' },
      replacesOne: false,
    }),
  }
}

/** Independent weights, uniform on [-limit, limit]. */
export function uniformWeights(limit: FanFunction): Initialization {
  return {
    drawsBiases: false,
    lawOf: ({ inputs, outputs }) => ({
      weights: { kind: 'uniform', limit: limit(inputs, outputs) },
      biases: { kind: 'zero' },
      replacesOne: false,
    }),
  }
}
