import { layerLayouts } from '@collapsar/trial'
import { at } from './affine.ts'
import type { Word } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'

/** One affine layer: its weights [output][input] from `weights` on, then its biases. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Word
}

/** The layer from the inputs, and the one to the outputs. */
export function edgeLayers(k: KernelBuilder, sizes: readonly number[]): readonly [Layer, Layer] {
  const layouts = layerLayouts(sizes)
  const layer = (l: number): Layer => {
    const { inputs, outputs, weights } = at(layouts, l)
    return { inputs, outputs, weights: k.word(weights) }
  }
  return [layer(0), layer(layouts.length - 1)]
}

/** The layer from hidden layer l - 1 to hidden layer l, l = 1, 2, ... */
export function middleLayer(k: KernelBuilder, sizes: readonly number[], l: Word): Layer {
  const { inputs, outputs } = at(layerLayouts(sizes), 0)
  const width = outputs
  const before = k.multiplyWords(k.words('subtract', l, k.word(1)), k.word(width * (width + 1)))
  return { inputs: width, outputs: width, weights: k.addWords(before, k.word((inputs + 1) * outputs)) }
}
