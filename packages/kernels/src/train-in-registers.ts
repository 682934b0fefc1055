import { layerLayouts, parameterCount } from '@collapsar/trial'
import type { KernelActivation } from './activation.ts'
import { kernelActivation } from './activation.ts'
import type { ForwardPass, RegisterNetwork } from './affine.ts'
import { at, backwardPass, forwardPass, units } from './affine.ts'
import type { Flag, Float, Word } from './kernel.ts'
import type { Variable } from './kernel-builder.ts'
import { KernelBuilder } from './kernel-builder.ts'
import type { KernelLoss } from './loss.ts'
import { kernelLoss } from './loss.ts'
import type { KernelOptimizer } from './optimizer.ts'
import { kernelOptimizer } from './optimizer.ts'
import { philox } from './philox.ts'
import type { KernelCheck, SlotNetwork } from './training-course.ts'
import type { TrainingArrays, TrainingScalars } from './training-inputs.ts'
import { writeCourse } from './training-course.ts'
import { lesser, noiseOfWord, placeOfSlot, tableEntry, trainingArrays, trainingScalars, trialWords } from './training-inputs.ts'
import type { TrainingKernel, TrainingKernelSpec } from './training-kernel.ts'
import { tileSamples } from './training-kernel.ts'

/** Slots side by side in memory, so that neighbouring threads read neighbouring numbers. */
const INTERLEAVED = 32

/**
 * One thread trains one network, whose parameters and gradient it keeps in registers: all layers are written out, samples, tiles and
 * updates are loops.
 */
export function trainInRegisters(spec: TrainingKernelSpec, { threads }: { readonly threads: number }): TrainingKernel {
  const k = new KernelBuilder(spec.precision, spec.storedFormat)
  const arrays = trainingArrays(k)
  const scalars = trainingScalars(k)
  const slot = k.addWords(k.multiplyWords(k.workgroup(), k.word(threads)), k.thread())
  const network = new NetworkInRegisters(k, spec, { arrays, scalars, slot })
  const agreed = (word: Word) => word
  writeCourse(k, spec, { buffers: arrays, scalars, network, slot, interleaved: INTERLEAVED, leader: null, agreed })
  const kernel = k.finish({ name: 'train_in_registers', threads })
  return { kernel, slotFloats: network.slotFloats + 1, interleaved: INTERLEAVED, threadsOfSlot: 1 }
}

interface Place {
  readonly arrays: TrainingArrays
  readonly scalars: TrainingScalars
  readonly slot: Word
}

class NetworkInRegisters implements SlotNetwork {
  readonly slotFloats: number
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #arrays: TrainingArrays
  readonly #scalars: TrainingScalars
  readonly #activation: KernelActivation
  readonly #loss: KernelLoss
  readonly #optimizer: KernelOptimizer
  /** Number of parameters. */
  readonly #count: number
  readonly #parameters: readonly Variable<'float'>[]
  readonly #gradient: readonly Variable<'float'>[]
  readonly #memoryAt: Word

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, { arrays, scalars, slot }: Place) {
    this.#k = k
    this.#spec = spec
    this.#arrays = arrays
    this.#scalars = scalars
    this.#activation = kernelActivation(k, spec.shape.activation)
    this.#loss = kernelLoss(k, spec.training)
    this.#optimizer = kernelOptimizer(k, spec.training.optimizer)
    this.#count = parameterCount(spec.shape)
    // Parameters, the optimizer's memory, and the gradient of the tiles so far where there are several.
    this.slotFloats = this.#count * (1 + this.#optimizer.memory + (spec.severalTiles ? 1 : 0))
    this.#memoryAt = placeOfSlot(k, { interleaved: INTERLEAVED, slot }, this.slotFloats + 1)
    this.#parameters = units(this.#count).map(() => k.variable(k.float(0)))
    this.#gradient = units(this.#count).map(() => k.variable(k.float(0)))
  }

  get canDie(): boolean {
    return this.#activation.canDie
  }

  resume(): void {
    this.#parameters.forEach((parameter, i) => {
      this.#k.set(parameter, this.#remembered(i))
    })
  }

  remember(): void {
    this.#parameters.forEach(({ value }, i) => {
      this.#keep(i, value)
    })
  }

  begin(row: Word): void {
    const k = this.#k
    const network = k.multiplyWords(row, k.word(this.#count))
    this.#parameters.forEach((parameter, i) => {
      k.set(parameter, k.load(this.#arrays.networks, network, i))
    })
    for (const i of units(this.#count * this.#optimizer.memory)) this.#keep(this.#count + i, k.float(0))
  }

  finish(row: Word): void {
    const k = this.#k
    const network = k.multiplyWords(row, k.word(this.#count))
    this.#parameters.forEach(({ value }, i) => {
      k.store(this.#arrays.networks, network, value, i)
    })
  }

  isFinite(): Flag {
    const k = this.#k
    const infinity = k.float(Number.POSITIVE_INFINITY)
    return this.#parameters.map(({ value }) => k.compare('less', k.magnitude(value), infinity)).reduce((all, one) => k.and(all, one))
  }

  update(row: Word, step: Word): void {
    const k = this.#k
    const { samples } = this.#scalars
    const words = trialWords(k, this.#arrays, row)
    k.for({ to: samples, step: tileSamples(this.#spec.shape.sizes) }, (start) => {
      const end = this.#endOfTile(start, samples)
      for (const g of this.#gradient) k.set(g, k.float(0))
      this.#samplesOfTile({ start, end }, step, words)
      this.#addTile(start, end)
    })
    this.#applyGradient(step, words)
  }

  #endOfTile(start: Word, samples: Word): Word {
    return lesser(this.#k, this.#k.addWords(start, this.#k.word(tileSamples(this.#spec.shape.sizes))), samples)
  }

  /** The first tile's sums are taken as they are, later ones added; those of the last stay in registers. */
  #addTile(start: Word, end: Word): void {
    const k = this.#k
    const offset = this.#count * (1 + this.#optimizer.memory)
    if (this.#spec.severalTiles) {
      k.if(k.compare('greater', start, k.word(0)), () => {
        this.#gradient.forEach((g, i) => {
          k.set(g, k.add(this.#remembered(offset + i), g.value))
        })
      })
    }
    if (k.storedFormat !== null) for (const g of this.#gradient) k.set(g, k.stored(g.value))
    if (!this.#spec.severalTiles) return
    k.if(k.compare('less', end, this.#scalars.samples), () => {
      this.#gradient.forEach((g, i) => {
        this.#keep(offset + i, g.value)
      })
    })
  }

  #samplesOfTile({ end, start }: { readonly start: Word; readonly end: Word }, step: Word, [low, high]: readonly [Word, Word]): void {
    const k = this.#k
    if (this.#spec.training.batch === 'full') {
      k.for({ from: start, to: end }, (sample) => {
        this.#sample(sample)
      })
      return
    }
    const { minibatchKey0, minibatchKey1, points } = this.#scalars
    k.for({ from: start, to: end, step: 4 }, (four) => {
      const block = k.words('shiftRight', four, k.word(2))
      const words = philox(k, [block, step, low, high], [minibatchKey0, minibatchKey1]).map((word) => k.variable(word))
      k.for({ from: four, to: lesser(k, k.addWords(four, k.word(4)), end) }, () => {
        this.#sample(k.words('multiplyHigh', at(words, 0).value, points))
        // The next sample takes the next word.
        for (const i of [0, 1, 2]) k.set(at(words, i), at(words, i + 1).value)
      })
    })
  }

  /** Takes one sample into the gradient. */
  #sample(point: Word): void {
    const k = this.#k
    const pass = this.#forward(point)
    const dz = this.#errors(pass, point).map((error) => k.stored(this.#loss.derivative(error, this.#scalars.scale)))
    backwardPass(k, this.#network, pass, {
      dz,
      accumulate: (parameter, factor, other) => {
        const g = at(this.#gradient, parameter)
        k.set(g, other === null ? k.add(g.value, factor) : k.fma(factor, other, g.value))
      },
    })
  }

  get #network(): RegisterNetwork {
    return { sizes: this.#spec.shape.sizes, activation: this.#activation, parameters: this.#parameters.map(({ value }) => value) }
  }

  #forward(point: Word): ForwardPass {
    const k = this.#k
    const { inputDim } = this.#spec.points
    const inputsAt = k.multiplyWords(point, k.word(inputDim))
    return forwardPass(k, this.#network, units(inputDim).map((i) => k.load(this.#arrays.constants, inputsAt, i)))
  }

  /** e = o - y of each output. */
  #errors({ output }: ForwardPass, point: Word): Float[] {
    const k = this.#k
    const targetsAt = k.addWords(this.#scalars.targetsAt, k.multiplyWords(point, k.word(this.#spec.points.outputDim)))
    return output.map((o, j) => k.subtract(o, k.load(this.#arrays.constants, targetsAt, j)))
  }

  #applyGradient(step: Word, words: readonly [Word, Word]): void {
    const k = this.#k
    const { memory, table } = this.#optimizer
    const entry = tableEntry(k, { arrays: this.#arrays, scalars: this.#scalars, size: table }, step)
    const noise = this.#noise(step, words)
    this.#parameters.forEach((parameter, i) => {
      const places = units(memory).map((m) => this.#count * (1 + m) + i)
      const before = parameter.value
      const updated = this.#optimizer.update(before, at(this.#gradient, i).value, places.map((place) => this.#remembered(place)), entry)
      for (const [m, place] of places.entries()) this.#keep(place, at(updated.memory, m))
      k.set(parameter, noise(i, before, updated.parameter))
    })
  }

  /** What becomes of parameter `i` that an update has taken from `before` to `after` (NUMERICS.md, 4, noise). */
  #noise(step: Word, [low, high]: readonly [Word, Word]): (i: number, before: Float, after: Float) => Float {
    const k = this.#k
    const { noise } = this.#spec.training
    if (noise === undefined) return (_i, _before, after) => after
    const biases = layerLayouts(this.#spec.shape.sizes).flatMap((layout) => units(layout.outputs).map((j) => layout.biases + j))
    const level = k.float(noise.level)
    const { noiseKey0, noiseKey1 } = this.#scalars
    let block = -1
    let words: readonly Word[] = []
    return (i, before, after) => {
      if (noise.parameters === 'biases' && !biases.includes(i)) return after
      if (i >> 2 !== block) {
        block = i >> 2
        words = philox(k, [k.word(block), step, low, high], [noiseKey0, noiseKey1])
      }
      const r = noiseOfWord(k, at(words, i & 3))
      if (noise.kind === 'absolute') return k.stored(k.fma(level, r, after))
      return k.stored(k.fma(k.multiply(level, r), k.subtract(after, before), after))
    }
  }

  check(): KernelCheck {
    const k = this.#k
    const { points } = this.#scalars
    const { outputDim } = this.#spec.points
    const hidden = this.canDie ? this.#spec.shape.sizes.length - 2 : 0
    const alive = k.variable(k.word(0))
    const deadPoints = k.variable(k.word(0))
    const loss = k.variable(k.float(0))
    const lowest = units(outputDim).map(() => k.variable(k.float(Number.POSITIVE_INFINITY)))
    const highest = units(outputDim).map(() => k.variable(k.float(Number.NEGATIVE_INFINITY)))
    k.for({ to: points, step: tileSamples(this.#spec.shape.sizes) }, (start) => {
      const tileLoss = k.variable(k.float(0))
      k.for({ from: start, to: this.#endOfTile(start, points) }, (point) => {
        const pass = this.#forward(point)
        for (const error of this.#errors(pass, point)) k.set(tileLoss, this.#loss.add(tileLoss.value, error))
        pass.output.forEach((o, j) => {
          const [low, high] = [at(lowest, j), at(highest, j)]
          k.set(low, k.select(k.compare('less', o, low.value), o, low.value))
          k.set(high, k.select(k.compare('greater', o, high.value), o, high.value))
        })
        if (hidden > 0) {
          const layers = this.#layersAlive(pass)
          k.set(alive, k.words('or', alive.value, layers))
          const isDead = k.compare('unequal', layers, k.word(2 ** hidden - 1))
          k.set(deadPoints, k.addWords(deadPoints.value, k.select(isDead, k.word(1), k.word(0))))
        }
      })
      const isFirst = k.compare('equal', start, k.word(0))
      k.set(loss, k.select(isFirst, tileLoss.value, k.add(loss.value, tileLoss.value)))
    })
    return {
      deadLayer: this.#firstDead(alive.value, hidden),
      deadPoints: deadPoints.value,
      loss: k.divide(loss.value, this.#scalars.divisor),
      lowest: lowest.map(({ value }) => value),
      highest: highest.map(({ value }) => value),
    }
  }

  /** A bit for each hidden layer that is not all zero, the first one lowest. */
  #layersAlive({ received }: ForwardPass): Word {
    const k = this.#k
    const zero = k.float(0)
    return received.slice(1).reduce((bits, values, l) => {
      const isAlive = values.map((value) => k.compare('greater', value, zero)).reduce((any, one) => k.or(any, one))
      return k.words('or', bits, k.select(isAlive, k.word(2 ** l), k.word(0)))
    }, k.word(0))
  }

  #firstDead(alive: Word, hidden: number): Word {
    const k = this.#k
    return units(hidden).reduceRight((dead, l) => {
      const isAlive = k.compare('unequal', k.words('and', alive, k.word(2 ** l)), k.word(0))
      return k.select(isAlive, dead, k.word(l + 1))
    }, k.word(0))
  }

  #remembered(place: number): Float {
    return this.#k.load(this.#arrays.memory, this.#memoryAt, place * INTERLEAVED)
  }

  #keep(place: number, value: Float): void {
    this.#k.store(this.#arrays.memory, this.#memoryAt, value, place * INTERLEAVED)
  }
}
