import type { KernelActivation } from './activation.ts'
import { at, units } from './affine.ts'
import type { Flag, Float, Word } from './kernel.ts'
import type { KernelBuilder, Variable } from './kernel-builder.ts'
import type { KernelLoss } from './loss.ts'
import type { Normalization } from './normalization.ts'
import type { Region } from './region.ts'
import { sumOverTiles } from './tiles.ts'
import type { TrainingArrays, TrainingScalars } from './training-inputs.ts'
import { lesser } from './training-inputs.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import type { Workgroup } from './workgroup.ts'
import type { Layer, NetworkMemory, Slab } from './workgroup-memory.ts'

export interface WorkgroupPassOptions {
  readonly arrays: TrainingArrays
  readonly scalars: TrainingScalars
  readonly memory: NetworkMemory
  readonly workgroup: Workgroup
  readonly activation: KernelActivation
  readonly loss: KernelLoss
  readonly normalization: Normalization | null
}

/** Samples on their way through a network, and back down: the threads share out the numbers of each layer. */
export class WorkgroupPass {
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #options: WorkgroupPassOptions
  readonly #memory: NetworkMemory
  readonly #workgroup: Workgroup
  readonly #activation: KernelActivation
  readonly #loss: KernelLoss
  readonly #normalization: Normalization | null

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, options: WorkgroupPassOptions) {
    this.#k = k
    this.#spec = spec
    this.#options = options
    this.#memory = options.memory
    this.#workgroup = options.workgroup
    this.#activation = options.activation
    this.#loss = options.loss
    this.#normalization = options.normalization
  }

  loadTile(count: Word, pointOf: (sample: Word) => Word): void {
    const k = this.#k
    const { arrays, scalars } = this.#options
    const { inputDim, outputDim } = this.#spec.points
    this.#workgroup.share(count, (sample) => {
      const point = pointOf(sample)
      const copy = (into: Region, width: number, from: Word) => {
        for (const i of units(width)) into.store(k.multiplyWords(sample, k.word(width)), k.load(arrays.constants, from, i), i)
      }
      copy(this.#memory.region.inputs, inputDim, k.multiplyWords(point, k.word(inputDim)))
      copy(this.#memory.region.targets, outputDim, k.addWords(scalars.targetsAt, k.multiplyWords(point, k.word(outputDim))))
    })
    k.barrier()
  }

  forward(count: Word): void {
    const k = this.#k
    const [first, last] = this.#memory.edges()
    this.#hiddenLayer(count, k.word(0), { layer: first, source: this.#memory.inputs() })
    k.for({ from: k.word(1), to: k.word(this.#memory.hidden) }, (l) => {
      this.#hiddenLayer(count, l, { layer: this.#memory.middle(l), source: this.#memory.valuesOf(k.words('subtract', l, k.word(1))) })
    })
    const output = { region: this.#memory.region.outputs, units: last.outputs, from: k.word(0) }
    this.#affine(count, last, this.#memory.valuesOf(k.word(this.#memory.hidden - 1)), (sample, unit, z) => {
      output.region.store(this.#memory.placeIn(output, sample, unit), k.stored(z))
    })
  }

  #hiddenLayer(count: Word, l: Word, { layer, source }: { readonly layer: Layer; readonly source: Slab }): void {
    const normalization = this.#normalization
    if (normalization === null) {
      this.#affine(count, layer, source, (sample, unit, z) => {
        this.#activate(l, { sample, unit, z })
      })
      return
    }
    const slab = this.#memory.normalized(l)
    const values = this.#memory.valuesOf(l)
    const place = (sample: Word, unit: Word) => this.#memory.placeIn(values, sample, unit)
    this.#affine(count, layer, source, (sample, unit, z) => {
      slab.affine.store(place(sample, unit), z)
    })
    normalization.normalize(slab, count)
    this.#workgroup.shareBlocks(this.#k.word(this.#memory.width), count, (columns, samples) => {
      for (const sample of samples) {
        for (const unit of columns) {
          const u = normalization.scaled(slab, unit, slab.affine.load(place(sample, unit)))
          values.region.store(place(sample, unit), this.#k.stored(this.#activation.value(u)))
        }
      }
    })
    this.#k.barrier()
  }

  /** Keeps what a unit of hidden layer `l` gives. */
  #activate(l: Word, { sample, unit, z }: { readonly sample: Word; readonly unit: Word; readonly z: Float }): void {
    const slab = this.#memory.valuesOf(l)
    const place = this.#memory.placeIn(slab, sample, unit)
    slab.region.store(place, this.#k.stored(this.#activation.value(z)))
    if (this.#activation.needsZ) this.#memory.region.affine.store(place, z)
  }

  /** Affine values of a layer: each from its bias, over the inputs ascending. */
  #affine(count: Word, layer: Layer, source: Slab, sink: (sample: Word, unit: Word, z: Float) => void): void {
    const k = this.#k
    this.#workgroup.shareBlocks(k.word(layer.outputs), count, (outputs, samples) => {
      const sums = outputs.map((j) => {
        const bias = this.#memory.region.parameters.load(k.addWords(layer.weights, j), layer.inputs * layer.outputs)
        return samples.map(() => k.variable(bias))
      })
      const rows = outputs.map((j) => k.addWords(layer.weights, k.multiplyWords(j, k.word(layer.inputs))))
      const places = samples.map((sample) => this.#memory.placeIn(source, sample, k.word(0)))
      k.for({ to: k.word(layer.inputs) }, (i) => {
        const weights = rows.map((row) => this.#memory.region.parameters.load(k.addWords(row, i)))
        const values = places.map((place) => source.region.load(k.addWords(place, i)))
        this.#multiplyAdd(sums, weights, values)
      })
      sums.forEach((row, j) => {
        row.forEach((sum, s) => {
          sink(at(samples, s), at(outputs, j), sum.value)
        })
      })
    })
    k.barrier()
  }

  #multiplyAdd(sums: readonly (readonly Variable<'float'>[])[], rows: readonly Float[], columns: readonly Float[]): void {
    sums.forEach((row, j) => {
      row.forEach((sum, s) => {
        this.#k.set(sum, this.#k.fma(at(rows, j), at(columns, s), sum.value))
      })
    })
  }

  #deriveLoss(count: Word): void {
    const k = this.#k
    this.#workgroup.share(k.multiplyWords(count, k.word(this.#spec.points.outputDim)), (i) => {
      const error = k.subtract(this.#memory.region.outputs.load(i), this.#memory.region.targets.load(i))
      this.#memory.region.errors.store(i, k.stored(this.#loss.derivative(error, this.#options.scalars.scale)))
    })
    k.barrier()
  }

  /** From the output down. Two slabs of derivatives take turns: one is read while the other is written. */
  backward(count: Word, isFirst: Flag): void {
    const k = this.#k
    this.#deriveLoss(count)
    const [first, last] = this.#memory.edges()
    const errors: Slab = { region: this.#memory.region.errors, units: last.outputs, from: k.word(0) }
    const top = k.word(this.#memory.hidden - 1)
    this.#gradientOf(count, last, { deltas: errors, values: this.#memory.valuesOf(top), isFirst })
    this.#derive(count, last, { deltas: errors, below: top })
    k.barrier()
    this.#normalization?.differentiate(this.#memory.normalized(top), count, isFirst)
    const l = k.variable(top)
    k.while(
      () => k.compare('greater', l.value, k.word(0)),
      () => {
        const below = k.words('subtract', l.value, k.word(1))
        const layer = this.#memory.middle(l.value)
        const deltas = this.#memory.deltasOf(l.value)
        this.#gradientOf(count, layer, { deltas, values: this.#memory.valuesOf(below), isFirst })
        this.#derive(count, layer, { deltas, below })
        k.barrier()
        this.#normalization?.differentiate(this.#memory.normalized(below), count, isFirst)
        k.set(l, below)
      },
    )
    this.#gradientOf(count, first, { deltas: this.#memory.deltasOf(k.word(0)), values: this.#memory.inputs(), isFirst })
    k.barrier()
  }

  /** Gradient of a layer: each number over the samples ascending, then added to those of the tiles before. A bias has the input 1. */
  #gradientOf(count: Word, layer: Layer, { deltas, isFirst, values }: { readonly deltas: Slab; readonly values: Slab; readonly isFirst: Flag }): void {
    const k = this.#k
    const { inputs, outputs, weights } = layer
    // Stored after every tile: only the passes of a batch normalization have several, and then there is one pass.
    const rounded = (sum: Float) => (this.#spec.shape.normalization === 'batch' ? k.stored(sum) : sum)
    this.#workgroup.shareBlocks(k.word(outputs), k.word(inputs + 1), (rows, columns) => {
      const isBias = columns.map((i) => k.compare('equal', i, k.word(inputs)))
      const within = columns.map((i) => lesser(k, i, k.word(inputs - 1)))
      const flat = sumOverTiles(k, { count, sums: rows.length * columns.length, tile: this.#memory.tile, rounded }, (sample, ofTile) => {
        const derivatives = rows.map((j) => deltas.region.load(this.#memory.placeIn(deltas, sample, j)))
        const factors = within.map((i, c) => k.select(at(isBias, c), k.float(1), values.region.load(this.#memory.placeIn(values, sample, i))))
        this.#multiplyAdd(rows.map((_, j) => ofTile.slice(j * columns.length, (j + 1) * columns.length)), derivatives, factors)
      })
      const sums = rows.map((_, j) => flat.slice(j * columns.length, (j + 1) * columns.length))
      const places = rows.map((j) => {
        const row = k.addWords(weights, k.multiplyWords(j, k.word(inputs)))
        const bias = k.addWords(weights, k.addWords(j, k.word(inputs * outputs)))
        return columns.map((i, c) => k.select(at(isBias, c), bias, k.addWords(row, i)))
      })
      // All are read before one is written: at an edge two of them are the same.
      const totals = sums.map((row, j) =>
        row.map((sum, c) => k.stored(k.select(isFirst, sum.value, k.add(this.#memory.region.gradient.load(at(at(places, j), c)), sum.value)))),
      )
      totals.forEach((row, j) => {
        row.forEach((total, c) => {
          this.#memory.region.gradient.store(at(at(places, j), c), total)
        })
      })
    })
  }

  /** Derivatives of hidden layer `below`, from those of the layer above it. */
  #derive(count: Word, { inputs, outputs, weights }: Layer, { below, deltas }: { readonly deltas: Slab; readonly below: Word }): void {
    const k = this.#k
    const values = this.#memory.valuesOf(below)
    const into = this.#memory.deltasOf(below)
    this.#workgroup.shareBlocks(k.word(inputs), count, (columns, samples) => {
      const rows = samples.map((sample) => this.#memory.placeIn(deltas, sample, k.word(0)))
      const weightsAt = columns.map((i) => k.addWords(weights, i))
      const first = weightsAt.map((place) => this.#memory.region.parameters.load(place))
      const derivatives = rows.map((row) => deltas.region.load(row))
      const sums = first.map((weight) => derivatives.map((derivative) => k.variable(k.multiply(weight, derivative))))
      k.for({ from: k.word(1), to: k.word(outputs) }, (j) => {
        const row = k.multiplyWords(j, k.word(inputs))
        this.#multiplyAdd(
          sums,
          weightsAt.map((place) => this.#memory.region.parameters.load(k.addWords(place, row))),
          rows.map((place) => deltas.region.load(k.addWords(place, j))),
        )
      })
      columns.forEach((unit, c) => {
        samples.forEach((sample, s) => {
          const place = this.#memory.placeIn(values, sample, unit)
          const z = this.#activation.needsZ ? this.#activated(below, unit, this.#memory.region.affine.load(place)) : k.float(0)
          const derivative = this.#activation.derivative(at(at(sums, c), s).value, values.region.load(place), z)
          // That of a normalized value is stored once it is one of z.
          into.region.store(this.#memory.placeIn(into, sample, unit), this.#normalization === null ? k.stored(derivative) : derivative)
        })
      })
    })
  }

  /** What the activation was given, from what is kept of it. */
  #activated(l: Word, unit: Word, kept: Float): Float {
    return this.#normalization === null ? kept : this.#normalization.scaled(this.#memory.normalized(l), unit, kept)
  }
}
