import { parameterCount } from '@collapsar/trial'
import { at } from './affine.ts'
import type { Word } from './kernel.ts'
import type { ArrayOf, KernelBuilder } from './kernel-builder.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import { tileSamples } from './training-kernel.ts'

/** Samples that a thread takes side by side: those of one access to shared memory. */
export const QUAD = 4

/** Numbers [row][sample], one row behind another. */
export interface Rows {
  readonly array: ArrayOf<'float'>
  /** Where the first row begins. */
  readonly from: Word
}

export interface BlockMemoryOptions {
  /** Whether affine values are needed on the way down. */
  readonly keepsAffine: boolean
}

/**
 * Where the numbers of a network lie that a workgroup trains in blocks: all of a step's samples at once, all in shared memory. A row has one quad
 * more than its samples fill, so that rows begin in different banks.
 */
export class BlockMemory {
  /** Number of parameters. */
  readonly count: number
  /** Units of a hidden layer, and number of hidden layers. */
  readonly width: number
  readonly hidden: number
  /** Samples of a step, and of a tile. */
  readonly samples: number
  readonly tile: number
  /** Samples that there is room for: whole tiles, where a check takes other points than a step. */
  readonly room: number
  /** Quads of a row that hold samples, and floats from one row to the next. */
  readonly quads: number
  readonly stride: number
  readonly parameters: ArrayOf<'float'>
  readonly inputs: Rows
  readonly targets: Rows
  /** Outputs, and then the derivatives with respect to them. */
  readonly outputs: Rows
  readonly #k: KernelBuilder
  readonly #values: ArrayOf<'float'>
  readonly #affine: ArrayOf<'float'> | null

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, { keepsAffine }: BlockMemoryOptions) {
    this.#k = k
    this.count = parameterCount(spec.shape)
    this.width = at(spec.shape.sizes, 1)
    this.hidden = spec.shape.sizes.length - 2
    this.samples = spec.samples
    this.tile = tileSamples(spec.shape.sizes)
    this.room = roomOf(spec)
    this.quads = Math.ceil(this.room / QUAD)
    this.stride = strideOf(spec)
    const rows = (name: string, count: number): Rows => ({ array: k.sharedArray(name, 'float', count * this.stride), from: k.word(0) })
    this.parameters = k.sharedArray('parameters', 'float', this.count)
    this.inputs = rows('inputs', spec.points.inputDim)
    this.targets = rows('targets', spec.points.outputDim)
    this.outputs = rows('outputs', spec.points.outputDim)
    const layers = this.hidden * this.width * this.stride
    this.#values = k.sharedArray('values', 'float', layers)
    this.#affine = keepsAffine ? k.sharedArray('affine', 'float', layers) : null
  }

  /** What hidden layer l = 0, 1, ... gives; on the way down, the derivatives with respect to its affine values. */
  valuesOf(l: Word): Rows {
    return { array: this.#values, from: this.#k.multiplyWords(l, this.#k.word(this.width * this.stride)) }
  }

  /** The affine values of hidden layer l; null where nobody needs them. */
  affineOf(l: Word): Rows | null {
    return this.#affine === null ? null : { array: this.#affine, from: this.valuesOf(l).from }
  }

  /** The first number of a row. */
  row({ from }: Rows, row: Word): Word {
    const k = this.#k
    return k.addWords(from, k.multiplyWords(row, k.word(this.stride)))
  }
}

export function roomOf({ samples, shape, training }: TrainingKernelSpec): number {
  const tile = tileSamples(shape.sizes)
  return training.batch === 'full' ? samples : tile * Math.ceil(samples / tile)
}

function strideOf(spec: TrainingKernelSpec): number {
  return QUAD * (Math.ceil(roomOf(spec) / QUAD) + 1)
}

const FLOAT_BYTES = { f32: 4, f64: 8 } as const

/** Bytes of shared memory that a network takes in blocks. */
export function blockBytes(spec: TrainingKernelSpec): number {
  const { points, shape } = spec
  const keepsAffine = shape.activation.kind === 'gelu'
  const width = at(shape.sizes, 1)
  const rows = points.inputDim + 2 * points.outputDim + (keepsAffine ? 2 : 1) * (shape.sizes.length - 2) * width
  const padded = QUAD * Math.ceil(parameterCount(shape) / QUAD)
  return FLOAT_BYTES[spec.precision] * (padded + rows * strideOf(spec))
}
