import type { KernelActivation } from './activation.ts'
import { at, units } from './affine.ts'
import type { BlockMemory, Rows } from './block-memory.ts'
import { QUAD } from './block-memory.ts'
import type { Float, Quad, Word } from './kernel.ts'
import type { KernelBuilder, Variable } from './kernel-builder.ts'
import type { Layer } from './layers.ts'
import { edgeLayers, middleLayer } from './layers.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import type { Workgroup } from './workgroup.ts'

/** Units that a thread computes for its quad of samples: what it loads of the samples is used as often. */
const MOST_UNITS = 8
/** Inputs that one turn of a loop takes: so many loads are under way at once. */
const UNROLLED = 4

export interface BlockPassOptions {
  readonly memory: BlockMemory
  readonly workgroup: Workgroup
  readonly activation: KernelActivation
}

/** A quad of samples of one unit. */
interface Cell {
  readonly unit: Word
  /** Number of the quad's first sample. */
  readonly sample: Word
}

/** All samples on their way up, and the derivatives on their way down: a thread computes a block of units and samples in registers. */
export class BlockPass {
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #memory: BlockMemory
  readonly #workgroup: Workgroup
  readonly #activation: KernelActivation

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, { activation, memory, workgroup }: BlockPassOptions) {
    this.#k = k
    this.#spec = spec
    this.#memory = memory
    this.#workgroup = workgroup
    this.#activation = activation
  }

  /** @param sink gets the outputs of each quad */
  forward(sink: (place: Word, outputs: Quad) => void): void {
    const k = this.#k
    const { sizes } = this.#spec.shape
    const [first, last] = edgeLayers(k, sizes)
    this.#hiddenLayer(k.word(0), first, this.#memory.inputs)
    k.for({ from: k.word(1), to: k.word(this.#memory.hidden) }, (l) => {
      this.#hiddenLayer(l, middleLayer(k, sizes, l), this.#memory.valuesOf(k.words('subtract', l, k.word(1))))
    })
    this.#affine(last, this.#memory.valuesOf(k.word(this.#memory.hidden - 1)), ({ sample, unit }, z) => {
      sink(k.addWords(this.#memory.row(this.#memory.outputs, unit), sample), mapQuad(z, (value) => k.stored(value)))
    })
    k.barrier()
  }

  #hiddenLayer(l: Word, layer: Layer, source: Rows): void {
    const k = this.#k
    const values = this.#memory.valuesOf(l)
    const affine = this.#memory.affineOf(l)
    this.#affine(layer, source, ({ sample, unit }, z) => {
      const place = k.addWords(this.#memory.row(values, unit), sample)
      k.storeQuad(values.array, place, mapQuad(z, (value) => k.stored(this.#activation.value(value))))
      if (affine !== null) k.storeQuad(affine.array, place, z)
    })
    k.barrier()
  }

  /** Affine values of a layer: each from its bias, over the inputs ascending. */
  #affine({ inputs, outputs, weights }: Layer, source: Rows, sink: (cell: Cell, z: Quad) => void): void {
    const k = this.#k
    const { parameters } = this.#memory
    this.#shareBlocks(outputs, (rows, sample) => {
      const sums = rows.map(({ unit }) => {
        const bias = k.load(parameters, k.addWords(weights, unit), inputs * outputs)
        return [k.variable(bias), k.variable(bias), k.variable(bias), k.variable(bias)] as const
      })
      const weightsAt = rows.map(({ unit }) => k.addWords(weights, k.multiplyWords(unit, k.word(inputs))))
      const sampleAt = k.addWords(source.from, sample)
      this.#overInputs(0, inputs, (i) => {
        const values = k.loadQuad(source.array, k.addWords(sampleAt, k.multiplyWords(i.word, k.word(this.#memory.stride))), i.offset * this.#memory.stride)
        const factors = weightsAt.map((row) => k.load(parameters, k.addWords(row, i.word), i.offset))
        this.#multiplyAdd(sums, factors, values)
      })
      rows.forEach(({ act, unit }, r) => {
        act(() => {
          sink({ unit, sample }, quadOf(at(sums, r)))
        })
      })
    })
  }

  /**
   * Derivatives of a hidden layer from those of the layer above it, in the place of its values: each is read by the thread alone that
   * writes there.
   */
  derive({ inputs, outputs, weights }: Layer, { below, deltas }: { readonly deltas: Rows; readonly below: Word }): void {
    const k = this.#k
    const { parameters, stride } = this.#memory
    const values = this.#memory.valuesOf(below)
    const affine = this.#memory.affineOf(below)
    this.#shareBlocks(inputs, (columns, sample) => {
      const weightsAt = columns.map(({ unit }) => k.addWords(weights, unit))
      const sampleAt = k.addWords(deltas.from, sample)
      const first = k.loadQuad(deltas.array, sampleAt)
      const sums = weightsAt.map((place) => {
        const weight = k.load(parameters, place)
        return mapQuad(first, (derivative) => k.multiply(weight, derivative)).map((product) => k.variable(product)) as unknown as QuadOfVariables
      })
      this.#overInputs(1, outputs, (j) => {
        const derivatives = k.loadQuad(deltas.array, k.addWords(sampleAt, k.multiplyWords(j.word, k.word(stride))), j.offset * stride)
        const row = k.multiplyWords(j.word, k.word(inputs))
        this.#multiplyAdd(sums, weightsAt.map((place) => k.load(parameters, k.addWords(place, row), j.offset * inputs)), derivatives)
      })
      columns.forEach(({ act, unit }, c) => {
        act(() => {
          const place = k.addWords(this.#memory.row(values, unit), sample)
          const a = k.loadQuad(values.array, place)
          const z = affine === null ? a : k.loadQuad(affine.array, place)
          const derived = mapQuad(quadOf(at(sums, c)), (q, s) => k.stored(this.#activation.derivative(q, a[s], z[s])))
          k.storeQuad(values.array, place, derived)
        })
      })
    })
  }

  #multiplyAdd(sums: readonly QuadOfVariables[], factors: readonly Float[], values: Quad): void {
    sums.forEach((row, r) => {
      row.forEach((sum, s) => {
        this.#k.set(sum, this.#k.fma(at(factors, r), at(values, s), sum.value))
      })
    })
  }

  /** Calls with from .. to - 1, ascending: some of them written out, each as a word of the loop and an offset. */
  #overInputs(from: number, to: number, act: (i: { readonly word: Word; readonly offset: number }) => void): void {
    const k = this.#k
    const rest = (to - from) % UNROLLED
    for (const offset of units(rest)) act({ word: k.word(from), offset })
    if (to - from === rest) return
    k.for({ from: k.word(from + rest), to: k.word(to), step: UNROLLED }, (word) => {
      for (const offset of units(UNROLLED)) act({ word, offset })
    })
  }

  /**
   * The threads take turns at blocks of some units by a quad of samples. Threads side by side have samples side by side, and the same units, whose weights
   * one access gives to all of them.
   */
  #shareBlocks(count: number, act: (rows: readonly BlockRow[], sample: Word) => void): void {
    const k = this.#k
    const { quads } = this.#memory
    const perBlock = unitsOfBlock(count)
    const blocks = Math.ceil(count / perBlock)
    this.#workgroup.share(blocks * quads, (block) => {
      const group = blocks === 1 ? k.word(0) : k.words('divide', block, k.word(quads))
      const quad = blocks === 1 ? block : k.words('subtract', block, k.multiplyWords(group, k.word(quads)))
      const first = k.multiplyWords(group, k.word(perBlock))
      const rows = units(perBlock).map((i) => this.#blockRow(first, i, { count, exact: count % perBlock === 0 }))
      act(rows, k.multiplyWords(quad, k.word(QUAD)))
    })
  }

  /** Beyond the last unit a row computes the last one again, and keeps nothing of it. */
  #blockRow(first: Word, i: number, { count, exact }: { readonly count: number; readonly exact: boolean }): BlockRow {
    const k = this.#k
    const unit = i === 0 ? first : k.addWords(first, k.word(i))
    if (exact || i === 0) {
      return {
        unit,
        act: (keep) => {
          keep()
        },
      }
    }
    const exists = k.compare('less', unit, k.word(count))
    return {
      unit: k.select(exists, unit, k.word(count - 1)),
      act: (keep) => {
        k.if(exists, keep)
      },
    }
  }
}

interface BlockRow {
  readonly unit: Word
  /** Writes what only a row that exists does. */
  readonly act: (keep: () => void) => void
}

type QuadOfVariables = readonly [Variable<'float'>, Variable<'float'>, Variable<'float'>, Variable<'float'>]

export function quadOf([a, b, c, d]: QuadOfVariables): Quad {
  return [a.value, b.value, c.value, d.value]
}

function mapQuad([a, b, c, d]: Quad, change: (value: Float, sample: 0 | 1 | 2 | 3) => Float): Quad {
  return [change(a, 0), change(b, 1), change(c, 2), change(d, 3)]
}

/** Fewer where a layer is narrow, so that more threads have work. */
export function unitsOfBlock(count: number): number {
  return Math.min(count, count < 2 * MOST_UNITS ? MOST_UNITS / 2 : MOST_UNITS)
}
