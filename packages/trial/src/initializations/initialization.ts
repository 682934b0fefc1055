import { fillNormals } from '../random/normal.ts'
import type { StreamKey } from '../random/philox.ts'
import { scale, spread } from '../random/scale.ts'
import { fillUniforms } from '../random/uniform.ts'

/** One affine layer of one trial, to be drawn in binary64. */
export interface LayerDraw {
  /** Index of the layer, 0 .. depth - 1. */
  readonly layer: number
  /** Number of affine layers of the network. */
  readonly depth: number
  readonly inputs: number
  readonly outputs: number
  /** Index of the trial in its cell. */
  readonly trial: number
  readonly initKey: StreamKey
  readonly biasKey: StreamKey
  /** [output][input], to be written: `inputs * outputs` numbers. */
  readonly weights: Float64Array
  /** [output], to be written; zero on entry. */
  readonly biases: Float64Array
}

/** A law of the parameters of a layer. It writes the weights, and the biases if it says so. */
export interface Initialization {
  readonly drawsBiases: boolean
  fill(draw: LayerDraw): void
}

/** A number that depends on the fans of a layer. */
export type FanFunction = (inputs: number, outputs: number) => number

/** Independent normal weights of mean 0. */
export function normalWeights(std: FanFunction): Initialization {
  return {
    drawsBiases: false,
    fill: (draw) => {
      const { layer, inputs, outputs, trial, initKey, weights } = draw
      fillNormals(weights, inputs * outputs, { key: initKey, trial, tensor: layer })
      scale(weights, inputs * outputs, std(inputs, outputs))
    },
  }
}

/** Independent weights, uniform on [-limit, limit]. */
export function uniformWeights(limit: FanFunction): Initialization {
  return {
    drawsBiases: false,
    fill: (draw) => {
      const { layer, inputs, outputs, trial, initKey, weights } = draw
      fillUniforms(weights, inputs * outputs, { key: initKey, trial, tensor: layer })
      spread(weights, inputs * outputs, limit(inputs, outputs))
    },
  }
}
