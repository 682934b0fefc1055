import { affineParameterCount, layerLayouts, parameterCount } from '@collapsar/trial'
import type { KernelActivation } from './activation.ts'
import { kernelActivation } from './activation.ts'
import { at, units } from './affine.ts'
import type { DeviceLimits } from './device.ts'
import type { Flag, Float, Word } from './kernel.ts'
import type { ArrayOf, Variable } from './kernel-builder.ts'
import { KernelBuilder } from './kernel-builder.ts'
import type { KernelLoss } from './loss.ts'
import { kernelLoss } from './loss.ts'
import type { KernelOptimizer } from './optimizer.ts'
import { kernelOptimizer } from './optimizer.ts'
import type { NormalizedSlab } from './normalization.ts'
import { Normalization } from './normalization.ts'
import { philox } from './philox.ts'
import type { Region } from './region.ts'
import { inMemory, placeRegions, planRegions } from './region.ts'
import type { KernelCheck, SlotNetwork, TrainingArrays, TrainingScalars } from './training-course.ts'
import { sumOverTiles } from './tiles.ts'
import { lesser, noiseOfWord, tableEntry, trainingArrays, trainingScalars, trialWords, writeCourse } from './training-course.ts'
import type { TrainingKernel, TrainingKernelSpec } from './training-kernel.ts'
import { tileSamples } from './training-kernel.ts'
import { Workgroup } from './workgroup.ts'

/** Bytes that aligning shared arrays may cost. */
const SPARED = 64

/**
 * A workgroup trains one network: its threads share out the numbers of a layer, each of which is summed by one thread in the order of
 * NUMERICS.md, so that no bit depends on how many there are. Layers, samples and updates are loops.
 */
export function trainInWorkgroups(spec: TrainingKernelSpec, { limits, threads }: { readonly limits: Pick<DeviceLimits, 'sharedBytes'>; readonly threads: number }): TrainingKernel {
  const k = new KernelBuilder(spec.precision)
  const arrays = trainingArrays(k)
  const scalars = trainingScalars(k)
  const slot = k.workgroup()
  const network = new NetworkInWorkgroup(k, spec, { arrays, scalars, slot, sharedBytes: limits.sharedBytes, threads })
  const leader = k.compare('equal', k.thread(), k.word(0))
  const agreed = (word: Word) => k.broadcast(word)
  writeCourse(k, spec, { buffers: arrays, scalars, network, slot, interleaved: 1, leader, agreed })
  const kernel = k.finish({ name: 'train_in_workgroups', threads })
  return { kernel, slotFloats: network.slotFloats + 1, interleaved: 1, threadsOfSlot: threads }
}

interface Place {
  readonly arrays: TrainingArrays
  readonly scalars: TrainingScalars
  readonly slot: Word
  readonly sharedBytes: number
  readonly threads: number
}

/** One affine layer: its weights [output][input] from `weights` on, then its biases. */
interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Word
}

/** Numbers [sample][unit] of a tile. */
interface Slab {
  readonly region: Region
  readonly units: number
  /** Where they begin. */
  readonly from: Word
}

type RegionName = 'inputs' | 'targets' | 'outputs' | 'errors' | 'deltas' | 'values' | 'affine' | 'roots' | 'parameters' | 'gradient'

class NetworkInWorkgroup implements SlotNetwork {
  readonly slotFloats: number
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #place: Place
  readonly #workgroup: Workgroup
  readonly #activation: KernelActivation
  readonly #loss: KernelLoss
  readonly #optimizer: KernelOptimizer
  readonly #count: number
  /** Units of a hidden layer, and number of hidden layers. */
  readonly #width: number
  readonly #hidden: number
  readonly #tile: number
  /** Most samples that go through the network together: a tile, or all where a batch normalization takes its statistics over all. */
  readonly #pass: number
  readonly #normalization: Normalization | null
  readonly #region: Readonly<Record<RegionName, Region>>
  readonly #memory: Region
  readonly #layerAlive: ArrayOf<'word'>

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, place: Place) {
    this.#k = k
    this.#spec = spec
    this.#place = place
    this.#workgroup = new Workgroup(k, place.threads)
    this.#activation = kernelActivation(k, spec.shape.activation)
    this.#loss = kernelLoss(k, spec.training)
    this.#optimizer = kernelOptimizer(k, spec.training.optimizer)
    this.#count = parameterCount(spec.shape)
    const { sizes } = spec.shape
    this.#width = at(sizes, 1)
    this.#hidden = sizes.length - 2
    this.#tile = tileSamples(sizes)
    this.#layerAlive = k.sharedArray('layer_alive', 'word', this.#hidden)

    this.#pass = spec.passSamples
    const slab = this.#pass * this.#width
    const { normalization = null } = spec.shape
    const { inputDim, outputDim } = spec.points
    // What outlasts a launch comes first: the parameters and the optimizer's memory.
    const kept = this.#count * (1 + this.#optimizer.memory)
    const words = place.threads + this.#hidden + 1
    const plan = planRegions<RegionName>(
      [
        { name: 'inputs', length: this.#pass * inputDim },
        { name: 'targets', length: this.#pass * outputDim },
        { name: 'outputs', length: this.#pass * outputDim },
        { name: 'errors', length: this.#pass * outputDim },
        { name: 'deltas', length: 2 * slab },
        { name: 'values', length: this.#hidden * slab },
        { name: 'affine', length: this.#keepsAffine ? this.#hidden * slab : 1 },
        { name: 'roots', length: normalization === null ? 1 : this.#hidden * this.#rootsOfLayer },
        { name: 'parameters', length: this.#count },
        { name: 'gradient', length: this.#count },
      ],
      { floatBytes: spec.precision === 'f64' ? 8 : 4, kept, sharedBytes: place.sharedBytes - 4 * words - SPARED },
    )
    this.slotFloats = plan.floats
    const memory = { array: place.arrays.memory, at: k.multiplyWords(place.slot, k.word(plan.floats + 1)) }
    this.#region = placeRegions(k, plan, memory)
    this.#memory = inMemory(k, memory)
    const { gradient, parameters } = this.#region
    const options = { workgroup: this.#workgroup, width: this.#width, tile: this.#tile, parameters, gradient }
    this.#normalization = normalization === null ? null : new Normalization(k, { kind: normalization, ...options })
  }

  get canDie(): boolean {
    return this.#activation.canDie && this.#spec.shape.normalization === undefined
  }

  /** Whether affine values, or what they are normalized to, are needed on the way down. */
  get #keepsAffine(): boolean {
    return this.#activation.needsZ || this.#spec.shape.normalization !== undefined
  }

  /** Roots of a hidden layer: of each unit, or of each sample. */
  get #rootsOfLayer(): number {
    return this.#spec.shape.normalization === 'batch' ? this.#width : this.#pass
  }

  resume(): void {
    this.#workgroup.share(this.#count, (i) => {
      this.#region.parameters.store(i, this.#memory.load(i))
    })
    this.#k.barrier()
  }

  remember(): void {
    this.#workgroup.share(this.#count, (i) => {
      this.#memory.store(i, this.#region.parameters.load(i))
    })
  }

  begin(row: Word): void {
    const k = this.#k
    const network = k.multiplyWords(row, k.word(this.#count))
    this.#workgroup.share(this.#count, (i) => {
      this.#region.parameters.store(i, k.load(this.#place.arrays.networks, k.addWords(network, i)))
      for (const m of units(this.#optimizer.memory)) this.#memory.store(i, k.float(0), this.#count * (1 + m))
    })
    k.barrier()
  }

  finish(row: Word): void {
    const k = this.#k
    const network = k.multiplyWords(row, k.word(this.#count))
    this.#workgroup.share(this.#count, (i) => {
      k.store(this.#place.arrays.networks, k.addWords(network, i), this.#region.parameters.load(i))
    })
  }

  isFinite(): Flag {
    const k = this.#k
    const infinite = k.variable(k.word(0))
    this.#workgroup.share(this.#count, (i) => {
      const isFinite = k.compare('less', k.magnitude(this.#region.parameters.load(i)), k.float(Number.POSITIVE_INFINITY))
      k.set(infinite, k.select(isFinite, infinite.value, k.word(1)))
    })
    return k.compare('equal', this.#workgroup.sumOfVotes(infinite.value), k.word(0))
  }

  update(row: Word, step: Word): void {
    const k = this.#k
    const { samples } = this.#place.scalars
    const words = trialWords(k, this.#place.arrays, row)
    k.for({ to: samples, step: this.#pass }, (start) => {
      const count = lesser(k, k.words('subtract', samples, start), k.word(this.#pass))
      this.#loadTile(count, (sample) => this.#pointOf(k.addWords(start, sample), step, words))
      this.#forward(count)
      this.#deriveLoss(count)
      this.#backward(count, k.compare('equal', start, k.word(0)))
    })
    this.#applyGradient(step, words)
  }

  /** The point that a sample of a step is. */
  #pointOf(sample: Word, step: Word, [low, high]: readonly [Word, Word]): Word {
    const k = this.#k
    if (this.#spec.training.batch === 'full') return sample
    const { minibatchKey0, minibatchKey1, points } = this.#place.scalars
    const words = philox(k, [k.words('shiftRight', sample, k.word(2)), step, low, high], [minibatchKey0, minibatchKey1])
    return k.words('multiplyHigh', this.#wordOf(words, sample), points)
  }

  /** The word that number `index` of a stream takes of its block. */
  #wordOf([w0, w1, w2, w3]: readonly [Word, Word, Word, Word], index: Word): Word {
    const k = this.#k
    const within = k.words('and', index, k.word(3))
    const is = (place: number) => k.compare('equal', within, k.word(place))
    return k.select(is(0), w0, k.select(is(1), w1, k.select(is(2), w2, w3)))
  }

  #loadTile(count: Word, pointOf: (sample: Word) => Word): void {
    const k = this.#k
    const { arrays, scalars } = this.#place
    const { inputDim, outputDim } = this.#spec.points
    this.#workgroup.share(count, (sample) => {
      const point = pointOf(sample)
      const copy = (into: Region, width: number, from: Word) => {
        for (const i of units(width)) into.store(k.multiplyWords(sample, k.word(width)), k.load(arrays.constants, from, i), i)
      }
      copy(this.#region.inputs, inputDim, k.multiplyWords(point, k.word(inputDim)))
      copy(this.#region.targets, outputDim, k.addWords(scalars.targetsAt, k.multiplyWords(point, k.word(outputDim))))
    })
    k.barrier()
  }

  #forward(count: Word): void {
    const k = this.#k
    const [first, last] = this.#edges()
    this.#hiddenLayer(count, k.word(0), { layer: first, source: this.#inputs() })
    k.for({ from: k.word(1), to: k.word(this.#hidden) }, (l) => {
      this.#hiddenLayer(count, l, { layer: this.#middle(l), source: this.#valuesOf(k.words('subtract', l, k.word(1))) })
    })
    const output = { region: this.#region.outputs, units: last.outputs, from: k.word(0) }
    this.#affine(count, last, this.#valuesOf(k.word(this.#hidden - 1)), (sample, unit, z) => {
      output.region.store(this.#placeIn(output, sample, unit), z)
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
    const slab = this.#normalized(l)
    const values = this.#valuesOf(l)
    const place = (sample: Word, unit: Word) => this.#placeIn(values, sample, unit)
    this.#affine(count, layer, source, (sample, unit, z) => {
      slab.affine.store(place(sample, unit), z)
    })
    normalization.normalize(slab, count)
    this.#workgroup.shareBlocks(this.#k.word(this.#width), count, (columns, samples) => {
      for (const sample of samples) {
        for (const unit of columns) {
          const u = normalization.scaled(slab, unit, slab.affine.load(place(sample, unit)))
          values.region.store(place(sample, unit), this.#activation.value(u))
        }
      }
    })
    this.#k.barrier()
  }

  /** Keeps what a unit of hidden layer `l` gives. */
  #activate(l: Word, { sample, unit, z }: { readonly sample: Word; readonly unit: Word; readonly z: Float }): void {
    const slab = this.#valuesOf(l)
    const place = this.#placeIn(slab, sample, unit)
    slab.region.store(place, this.#activation.value(z))
    if (this.#activation.needsZ) this.#region.affine.store(place, z)
  }

  /** Affine values of a layer: each from its bias, over the inputs ascending. */
  #affine(count: Word, layer: Layer, source: Slab, sink: (sample: Word, unit: Word, z: Float) => void): void {
    const k = this.#k
    this.#workgroup.shareBlocks(k.word(layer.outputs), count, (outputs, samples) => {
      const sums = outputs.map((j) => {
        const bias = this.#region.parameters.load(k.addWords(layer.weights, j), layer.inputs * layer.outputs)
        return samples.map(() => k.variable(bias))
      })
      const rows = outputs.map((j) => k.addWords(layer.weights, k.multiplyWords(j, k.word(layer.inputs))))
      const places = samples.map((sample) => this.#placeIn(source, sample, k.word(0)))
      k.for({ to: k.word(layer.inputs) }, (i) => {
        const weights = rows.map((row) => this.#region.parameters.load(k.addWords(row, i)))
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
      const error = k.subtract(this.#region.outputs.load(i), this.#region.targets.load(i))
      this.#region.errors.store(i, this.#loss.derivative(error, this.#place.scalars.scale))
    })
    k.barrier()
  }

  /** From the output down. Two slabs of derivatives take turns: one is read while the other is written. */
  #backward(count: Word, isFirst: Flag): void {
    const k = this.#k
    const [first, last] = this.#edges()
    const errors: Slab = { region: this.#region.errors, units: last.outputs, from: k.word(0) }
    const top = k.word(this.#hidden - 1)
    this.#gradientOf(count, last, { deltas: errors, values: this.#valuesOf(top), isFirst })
    this.#derive(count, last, { deltas: errors, below: top })
    k.barrier()
    this.#normalization?.differentiate(this.#normalized(top), count, isFirst)
    const l = k.variable(top)
    k.while(
      () => k.compare('greater', l.value, k.word(0)),
      () => {
        const below = k.words('subtract', l.value, k.word(1))
        const layer = this.#middle(l.value)
        const deltas = this.#deltasOf(l.value)
        this.#gradientOf(count, layer, { deltas, values: this.#valuesOf(below), isFirst })
        this.#derive(count, layer, { deltas, below })
        k.barrier()
        this.#normalization?.differentiate(this.#normalized(below), count, isFirst)
        k.set(l, below)
      },
    )
    this.#gradientOf(count, first, { deltas: this.#deltasOf(k.word(0)), values: this.#inputs(), isFirst })
    k.barrier()
  }

  /** Gradient of a layer: each number over the samples ascending, then added to those of the tiles before. A bias has the input 1. */
  #gradientOf(count: Word, layer: Layer, { deltas, isFirst, values }: { readonly deltas: Slab; readonly values: Slab; readonly isFirst: Flag }): void {
    const k = this.#k
    const { inputs, outputs, weights } = layer
    this.#workgroup.shareBlocks(k.word(outputs), k.word(inputs + 1), (rows, columns) => {
      const isBias = columns.map((i) => k.compare('equal', i, k.word(inputs)))
      const within = columns.map((i) => lesser(k, i, k.word(inputs - 1)))
      const flat = sumOverTiles(k, { count, sums: rows.length * columns.length, tile: this.#tile }, (sample, ofTile) => {
        const derivatives = rows.map((j) => deltas.region.load(this.#placeIn(deltas, sample, j)))
        const factors = within.map((i, c) => k.select(at(isBias, c), k.float(1), values.region.load(this.#placeIn(values, sample, i))))
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
        row.map((sum, c) => k.select(isFirst, sum.value, k.add(this.#region.gradient.load(at(at(places, j), c)), sum.value))),
      )
      totals.forEach((row, j) => {
        row.forEach((total, c) => {
          this.#region.gradient.store(at(at(places, j), c), total)
        })
      })
    })
  }

  /** Derivatives of hidden layer `below`, from those of the layer above it. */
  #derive(count: Word, { inputs, outputs, weights }: Layer, { below, deltas }: { readonly deltas: Slab; readonly below: Word }): void {
    const k = this.#k
    const values = this.#valuesOf(below)
    const into = this.#deltasOf(below)
    this.#workgroup.shareBlocks(k.word(inputs), count, (columns, samples) => {
      const rows = samples.map((sample) => this.#placeIn(deltas, sample, k.word(0)))
      const weightsAt = columns.map((i) => k.addWords(weights, i))
      const first = weightsAt.map((place) => this.#region.parameters.load(place))
      const derivatives = rows.map((row) => deltas.region.load(row))
      const sums = first.map((weight) => derivatives.map((derivative) => k.variable(k.multiply(weight, derivative))))
      k.for({ from: k.word(1), to: k.word(outputs) }, (j) => {
        const row = k.multiplyWords(j, k.word(inputs))
        this.#multiplyAdd(
          sums,
          weightsAt.map((place) => this.#region.parameters.load(k.addWords(place, row))),
          rows.map((place) => deltas.region.load(k.addWords(place, j))),
        )
      })
      columns.forEach((unit, c) => {
        samples.forEach((sample, s) => {
          const place = this.#placeIn(values, sample, unit)
          const z = this.#activation.needsZ ? this.#activated(below, unit, this.#region.affine.load(place)) : k.float(0)
          const derivative = this.#activation.derivative(at(at(sums, c), s).value, values.region.load(place), z)
          into.region.store(this.#placeIn(into, sample, unit), derivative)
        })
      })
    })
  }

  /** What the activation was given, from what is kept of it. */
  #activated(l: Word, unit: Word, kept: Float): Float {
    return this.#normalization === null ? kept : this.#normalization.scaled(this.#normalized(l), unit, kept)
  }

  #applyGradient(step: Word, words: readonly [Word, Word]): void {
    const k = this.#k
    const { arrays, scalars } = this.#place
    const { memory, table } = this.#optimizer
    const entry = tableEntry(k, { arrays, scalars, size: table }, step)
    this.#workgroup.share(this.#count, (i) => {
      const before = this.#region.parameters.load(i)
      const remembered = units(memory).map((m) => this.#memory.load(i, this.#count * (1 + m)))
      const updated = this.#optimizer.update(before, this.#region.gradient.load(i), remembered, entry)
      updated.memory.forEach((value, m) => {
        this.#memory.store(i, value, this.#count * (1 + m))
      })
      this.#region.parameters.store(i, this.#withNoise({ i, before, after: updated.parameter }, step, words))
    })
    k.barrier()
  }

  #withNoise({ after, before, i }: { readonly i: Word; readonly before: Float; readonly after: Float }, step: Word, [low, high]: readonly [Word, Word]): Float {
    const k = this.#k
    const { noise } = this.#spec.training
    if (noise === undefined) return after
    const { noiseKey0, noiseKey1 } = this.#place.scalars
    const words = philox(k, [k.words('shiftRight', i, k.word(2)), step, low, high], [noiseKey0, noiseKey1])
    const r = noiseOfWord(k, this.#wordOf(words, i))
    const level = k.float(noise.level)
    const noisy = noise.kind === 'absolute' ? k.fma(level, r, after) : k.fma(k.multiply(level, r), k.subtract(after, before), after)
    return noise.parameters === 'all' ? noisy : k.select(this.#isBias(i), noisy, after)
  }

  #isBias(i: Word): Flag {
    const k = this.#k
    const layouts = layerLayouts(this.#spec.shape.sizes)
    const [first, last] = [at(layouts, 0), at(layouts, layouts.length - 1)]
    const size = this.#width * (this.#width + 1)
    const behind = k.words('subtract', i, k.word(first.biases + first.outputs))
    const within = k.words('subtract', behind, k.multiplyWords(k.words('divide', behind, k.word(size)), k.word(size)))
    const from = (value: Word, bound: number) => k.not(k.compare('less', value, k.word(bound)))
    const inFirst = k.and(from(i, first.biases), k.compare('less', i, k.word(first.biases + first.outputs)))
    const inMiddle = k.and(k.and(from(i, first.biases + first.outputs), k.compare('less', i, k.word(last.weights))), from(within, this.#width * this.#width))
    const inLast = k.and(from(i, last.biases), k.compare('less', i, k.word(last.biases + last.outputs)))
    return k.or(k.or(inFirst, inMiddle), inLast)
  }

  check(): KernelCheck {
    const k = this.#k
    const { points, divisor } = this.#place.scalars
    const { outputDim } = this.#spec.points
    const deadPoints = k.variable(k.word(0))
    const loss = k.variable(k.float(0))
    const lowest = units(outputDim).map(() => k.variable(k.float(Number.POSITIVE_INFINITY)))
    const highest = units(outputDim).map(() => k.variable(k.float(Number.NEGATIVE_INFINITY)))
    this.#workgroup.share(this.#hidden, (l) => {
      k.store(this.#layerAlive, l, k.word(0))
    })
    k.for({ to: points, step: this.#pass }, (start) => {
      const count = lesser(k, k.words('subtract', points, start), k.word(this.#pass))
      this.#loadTile(count, (sample) => k.addWords(start, sample))
      this.#forward(count)
      const lossOfPass = this.#lossOfPass(count, lowest, highest)
      k.set(loss, k.select(k.compare('equal', start, k.word(0)), lossOfPass, k.add(loss.value, lossOfPass)))
      if (this.canDie) this.#noteZeros(count, deadPoints)
      k.barrier()
    })
    return {
      deadLayer: this.canDie ? this.#firstDead() : k.word(0),
      deadPoints: this.canDie ? this.#workgroup.sumOfVotes(deadPoints.value) : k.word(0),
      loss: k.divide(loss.value, divisor),
      lowest: lowest.map(({ value }) => value),
      highest: highest.map(({ value }) => value),
    }
  }

  /** The sum over samples ascending is one chain: every thread takes it, so that all know it. */
  #lossOfPass(count: Word, lowest: readonly Variable<'float'>[], highest: readonly Variable<'float'>[]): Float {
    const k = this.#k
    const [total] = sumOverTiles(k, { count, sums: 1, tile: this.#tile }, (sample, [sum]) => {
      const place = k.multiplyWords(sample, k.word(lowest.length))
      for (const [j, low] of lowest.entries()) {
        const high = at(highest, j)
        const output = this.#region.outputs.load(place, j)
        if (sum !== undefined) k.set(sum, this.#loss.add(sum.value, k.subtract(output, this.#region.targets.load(place, j))))
        k.set(low, k.select(k.compare('less', output, low.value), output, low.value))
        k.set(high, k.select(k.compare('greater', output, high.value), output, high.value))
      }
    })
    return at([total], 0).value
  }

  /** Which layers are not all zero on these samples, and for how many of a thread's samples some layer is. */
  #noteZeros(count: Word, deadPoints: Variable<'word'>): void {
    const k = this.#k
    this.#workgroup.share(this.#hidden, (l) => {
      const alive = k.variable(k.load(this.#layerAlive, l))
      k.for({ to: count }, (sample) => {
        k.set(alive, k.select(this.#isAlive(l, sample), k.word(1), alive.value))
      })
      k.store(this.#layerAlive, l, alive.value)
    })
    this.#workgroup.share(count, (sample) => {
      const dead = k.variable(k.word(0))
      k.for({ to: k.word(this.#hidden) }, (l) => {
        k.set(dead, k.select(this.#isAlive(l, sample), dead.value, k.word(1)))
      })
      k.set(deadPoints, k.addWords(deadPoints.value, dead.value))
    })
  }

  #isAlive(l: Word, sample: Word): Flag {
    const k = this.#k
    const slab = this.#valuesOf(l)
    const row = this.#placeIn(slab, sample, k.word(0))
    const alive = k.variable(k.word(0))
    k.for({ to: k.word(this.#width) }, (unit) => {
      const isPositive = k.compare('greater', slab.region.load(k.addWords(row, unit)), k.float(0))
      k.set(alive, k.select(isPositive, k.word(1), alive.value))
    })
    return k.compare('unequal', alive.value, k.word(0))
  }

  #firstDead(): Word {
    const k = this.#k
    const dead = k.variable(k.word(0))
    k.for({ to: k.word(this.#hidden) }, (above) => {
      const l = k.words('subtract', k.word(this.#hidden - 1), above)
      const isAlive = k.compare('unequal', k.load(this.#layerAlive, l), k.word(0))
      k.set(dead, k.select(isAlive, dead.value, k.addWords(l, k.word(1))))
    })
    // Nobody clears the layers for the next check before all have read them.
    k.barrier()
    return dead.value
  }

  #edges(): readonly [Layer, Layer] {
    const layouts = layerLayouts(this.#spec.shape.sizes)
    const layer = (l: number): Layer => {
      const { inputs, outputs, weights } = at(layouts, l)
      return { inputs, outputs, weights: this.#k.word(weights) }
    }
    return [layer(0), layer(layouts.length - 1)]
  }

  /** The layer from hidden layer l - 1 to hidden layer l, l = 1, 2, ... */
  #middle(l: Word): Layer {
    const k = this.#k
    const width = this.#width
    const { inputs, outputs } = at(layerLayouts(this.#spec.shape.sizes), 0)
    const before = k.multiplyWords(k.words('subtract', l, k.word(1)), k.word(width * (width + 1)))
    return { inputs: width, outputs: width, weights: k.addWords(before, k.word((inputs + 1) * outputs)) }
  }

  #inputs(): Slab {
    return { region: this.#region.inputs, units: this.#spec.points.inputDim, from: this.#k.word(0) }
  }

  /** What hidden layer l = 0, 1, ... gives. */
  #valuesOf(l: Word): Slab {
    return { region: this.#region.values, units: this.#width, from: this.#k.multiplyWords(l, this.#k.word(this.#pass * this.#width)) }
  }

  #deltasOf(l: Word): Slab {
    const k = this.#k
    return { region: this.#region.deltas, units: this.#width, from: k.multiplyWords(k.words('and', l, k.word(1)), k.word(this.#pass * this.#width)) }
  }

  #normalized(l: Word): NormalizedSlab {
    const k = this.#k
    const { affine, deltas, roots } = this.#region
    const scales = k.multiplyWords(l, k.word(2 * this.#width))
    return {
      affine,
      from: this.#valuesOf(l).from,
      deltas,
      deltasFrom: this.#deltasOf(l).from,
      roots,
      rootsFrom: k.multiplyWords(l, k.word(this.#rootsOfLayer)),
      gamma: k.addWords(scales, k.word(affineParameterCount(this.#spec.shape.sizes))),
    }
  }

  #placeIn({ from, units: width }: Slab, sample: Word, unit: Word): Word {
    const k = this.#k
    return k.addWords(k.addWords(from, k.multiplyWords(sample, k.word(width))), unit)
  }
}
