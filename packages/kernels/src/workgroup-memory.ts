import { affineParameterCount, layerLayouts, parameterCount } from '@collapsar/trial'
import { at } from './affine.ts'
import type { Word } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'
import type { NormalizedSlab } from './normalization.ts'
import type { Region } from './region.ts'
import { inMemory, placeRegions, planRegions } from './region.ts'
import type { TrainingArrays } from './training-inputs.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import { tileSamples } from './training-kernel.ts'

/** One affine layer: its weights [output][input] from `weights` on, then its biases. */
export interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Word
}

/** Numbers [sample][unit] of a pass. */
export interface Slab {
  readonly region: Region
  readonly units: number
  /** Where they begin. */
  readonly from: Word
}

type RegionName = 'inputs' | 'targets' | 'outputs' | 'errors' | 'deltas' | 'values' | 'affine' | 'roots' | 'parameters' | 'gradient'

export interface NetworkMemoryOptions {
  readonly memory: TrainingArrays['memory']
  readonly slot: Word
  /** Bytes that the network may take of what a workgroup shares. */
  readonly sharedBytes: number
  /** Numbers that the optimizer remembers of each parameter. */
  readonly remembered: number
  /** Whether affine values, or what they are normalized to, are needed on the way down. */
  readonly keepsAffine: boolean
}

/** Where the numbers of a network lie that a workgroup trains. */
export class NetworkMemory {
  /** Floats of a slot in the memory of the device. */
  readonly floats: number
  /** Number of parameters. */
  readonly count: number
  /** Units of a hidden layer, and number of hidden layers. */
  readonly width: number
  readonly hidden: number
  /** Samples of a tile. */
  readonly tile: number
  /** Most samples that go through the network together: a tile, or all where a batch normalization takes its statistics over all. */
  readonly pass: number
  readonly region: Readonly<Record<RegionName, Region>>
  /** What outlasts a launch, [1 + remembered][parameter]: the parameters, and what the optimizer remembers. */
  readonly kept: Region
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, { keepsAffine, memory, remembered, sharedBytes, slot }: NetworkMemoryOptions) {
    this.#k = k
    this.#spec = spec
    const { points, precision, shape } = spec
    this.count = parameterCount(shape)
    this.width = at(shape.sizes, 1)
    this.hidden = shape.sizes.length - 2
    this.tile = tileSamples(shape.sizes)
    this.pass = spec.passSamples
    const slab = this.pass * this.width
    const plan = planRegions<RegionName>(
      [
        { name: 'inputs', length: this.pass * points.inputDim },
        { name: 'targets', length: this.pass * points.outputDim },
        { name: 'outputs', length: this.pass * points.outputDim },
        { name: 'errors', length: this.pass * points.outputDim },
        { name: 'deltas', length: 2 * slab },
        { name: 'values', length: this.hidden * slab },
        { name: 'affine', length: keepsAffine ? this.hidden * slab : 1 },
        { name: 'roots', length: shape.normalization === undefined ? 1 : this.hidden * this.#rootsOfLayer },
        { name: 'parameters', length: this.count },
        { name: 'gradient', length: this.count },
      ],
      { floatBytes: precision === 'f64' ? 8 : 4, kept: this.count * (1 + remembered), sharedBytes },
    )
    this.floats = plan.floats
    const place = { array: memory, at: k.multiplyWords(slot, k.word(plan.floats + 1)) }
    this.region = placeRegions(k, plan, place)
    this.kept = inMemory(k, place)
  }

  /** Roots of a hidden layer: of each unit, or of each sample. */
  get #rootsOfLayer(): number {
    return this.#spec.shape.normalization === 'batch' ? this.width : this.pass
  }

  edges(): readonly [Layer, Layer] {
    const layouts = layerLayouts(this.#spec.shape.sizes)
    const layer = (l: number): Layer => {
      const { inputs, outputs, weights } = at(layouts, l)
      return { inputs, outputs, weights: this.#k.word(weights) }
    }
    return [layer(0), layer(layouts.length - 1)]
  }

  /** The layer from hidden layer l - 1 to hidden layer l, l = 1, 2, ... */
  middle(l: Word): Layer {
    const k = this.#k
    const width = this.width
    const { inputs, outputs } = at(layerLayouts(this.#spec.shape.sizes), 0)
    const before = k.multiplyWords(k.words('subtract', l, k.word(1)), k.word(width * (width + 1)))
    return { inputs: width, outputs: width, weights: k.addWords(before, k.word((inputs + 1) * outputs)) }
  }

  inputs(): Slab {
    return { region: this.region.inputs, units: this.#spec.points.inputDim, from: this.#k.word(0) }
  }

  /** What hidden layer l = 0, 1, ... gives. */
  valuesOf(l: Word): Slab {
    return { region: this.region.values, units: this.width, from: this.#k.multiplyWords(l, this.#k.word(this.pass * this.width)) }
  }

  deltasOf(l: Word): Slab {
    const k = this.#k
    return { region: this.region.deltas, units: this.width, from: k.multiplyWords(k.words('and', l, k.word(1)), k.word(this.pass * this.width)) }
  }

  normalized(l: Word): NormalizedSlab {
    const k = this.#k
    const { affine, deltas, roots } = this.region
    const scales = k.multiplyWords(l, k.word(2 * this.width))
    return {
      affine,
      from: this.valuesOf(l).from,
      deltas,
      deltasFrom: this.deltasOf(l).from,
      roots,
      rootsFrom: k.multiplyWords(l, k.word(this.#rootsOfLayer)),
      gamma: k.addWords(scales, k.word(affineParameterCount(this.#spec.shape.sizes))),
    }
  }

  placeIn({ from, units: width }: Slab, sample: Word, unit: Word): Word {
    const k = this.#k
    return k.addWords(k.addWords(from, k.multiplyWords(sample, k.word(width))), unit)
  }
}
