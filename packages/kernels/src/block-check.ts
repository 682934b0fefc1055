import { at, units } from './affine.ts'
import type { BlockMemory } from './block-memory.ts'
import { QUAD } from './block-memory.ts'
import type { BlockPass } from './block-pass.ts'
import type { Word } from './kernel.ts'
import type { ArrayOf, KernelBuilder, Variable } from './kernel-builder.ts'
import type { KernelLoss } from './loss.ts'
import type { KernelCheck } from './training-course.ts'
import type { TrainingScalars } from './training-inputs.ts'
import { lesser } from './training-inputs.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import type { Workgroup } from './workgroup.ts'

/** Smallest and largest outputs, [output]. */
interface Range {
  readonly lowest: readonly Variable<'float'>[]
  readonly highest: readonly Variable<'float'>[]
}

export interface BlockCheckOptions {
  readonly scalars: TrainingScalars
  readonly memory: BlockMemory
  readonly workgroup: Workgroup
  readonly pass: BlockPass
  readonly loss: KernelLoss
  readonly canDie: boolean
  /** Puts `count` points from number `start` on in the place of the samples. */
  readonly load: (start: Word, count: Word) => void
}

/** All points once through a network (NUMERICS.md, 5), as many at a time as a step has samples. */
export class BlockCheck {
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #options: BlockCheckOptions
  /** Of each hidden layer whether it is not zero on some point, and of the samples of this pass which ones, [layer][quad]. */
  readonly #layerAlive: ArrayOf<'word'>
  readonly #alive: ArrayOf<'word'>

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, options: BlockCheckOptions) {
    this.#k = k
    this.#spec = spec
    this.#options = options
    const { hidden, quads } = options.memory
    this.#layerAlive = k.sharedArray('layer_alive', 'word', options.canDie ? hidden : 1)
    this.#alive = k.sharedArray('alive', 'word', options.canDie ? hidden * quads : 1)
  }

  write(): KernelCheck {
    const k = this.#k
    const { canDie, load, memory, pass, workgroup } = this.#options
    const { divisor, points } = this.#options.scalars
    const deadPoints = k.variable(k.word(0))
    const loss = k.variable(k.float(0))
    const lowest = units(this.#spec.points.outputDim).map(() => k.variable(k.float(Number.POSITIVE_INFINITY)))
    const highest = lowest.map(() => k.variable(k.float(Number.NEGATIVE_INFINITY)))
    if (canDie) this.#forget()
    k.for({ to: points, step: memory.room }, (start) => {
      const count = lesser(k, k.words('subtract', points, start), k.word(memory.room))
      load(start, count)
      pass.forward((place, outputs) => {
        k.storeQuad(memory.outputs.array, place, outputs)
      })
      this.#addLoss(loss, { count, start }, { lowest, highest })
      if (canDie) this.#noteZeros(count, deadPoints)
      k.barrier()
    })
    return {
      deadLayer: canDie ? this.#firstDead() : k.word(0),
      deadPoints: canDie ? workgroup.sumOfVotes(deadPoints.value) : k.word(0),
      loss: k.divide(loss.value, divisor),
      lowest: lowest.map(({ value }) => value),
      highest: highest.map(({ value }) => value),
    }
  }

  #forget(): void {
    const k = this.#k
    this.#options.workgroup.share(this.#options.memory.hidden, (l) => {
      k.store(this.#layerAlive, l, k.word(0))
    })
  }

  /** The sum over samples ascending, tile after tile, is one chain: every thread takes it, so that all know it. */
  #addLoss(total: Variable<'float'>, { count, start }: { readonly count: Word; readonly start: Word }, { highest, lowest }: Range): void {
    const k = this.#k
    const { loss, memory: { outputs, stride, targets, tile } } = this.#options
    k.for({ to: count, step: tile }, (first) => {
      const sum = k.variable(k.float(0))
      k.for({ from: first, to: lesser(k, k.addWords(first, k.word(tile)), count) }, (sample) => {
        for (const [j, low] of lowest.entries()) {
          const high = at(highest, j)
          const output = k.load(outputs.array, sample, j * stride)
          k.set(sum, loss.add(sum.value, k.subtract(output, k.load(targets.array, sample, j * stride))))
          k.set(low, k.select(k.compare('less', output, low.value), output, low.value))
          k.set(high, k.select(k.compare('greater', output, high.value), output, high.value))
        }
      })
      const isFirst = k.compare('equal', k.addWords(start, first), k.word(0))
      k.set(total, k.select(isFirst, sum.value, k.add(total.value, sum.value)))
    })
  }

  /** Which layers are not all zero on these samples, and how many of this thread's samples some layer is zero on. */
  #noteZeros(count: Word, deadPoints: Variable<'word'>): void {
    const k = this.#k
    const { memory, workgroup } = this.#options
    const { hidden, quads } = memory
    workgroup.share(hidden * quads, (item) => {
      const l = k.words('divide', item, k.word(quads))
      const quad = k.words('subtract', item, k.multiplyWords(l, k.word(quads)))
      k.store(this.#alive, item, this.#aliveOf(l, k.multiplyWords(quad, k.word(QUAD)), count))
    })
    k.barrier()
    workgroup.share(hidden, (l) => {
      const alive = k.variable(k.load(this.#layerAlive, l))
      k.for({ to: k.word(quads) }, (quad) => {
        k.set(alive, k.words('or', alive.value, k.load(this.#alive, k.addWords(k.multiplyWords(l, k.word(quads)), quad))))
      })
      k.store(this.#layerAlive, l, alive.value)
    })
    workgroup.share(quads, (quad) => {
      const inAll = k.variable(k.word(2 ** QUAD - 1))
      k.for({ to: k.word(hidden) }, (l) => {
        k.set(inAll, k.words('and', inAll.value, k.load(this.#alive, k.addWords(k.multiplyWords(l, k.word(quads)), quad))))
      })
      for (const s of units(QUAD)) {
        const isAlive = k.words('and', k.words('shiftRight', inAll.value, k.word(s)), k.word(1))
        const exists = k.compare('less', k.addWords(k.multiplyWords(quad, k.word(QUAD)), k.word(s)), count)
        k.set(deadPoints, k.addWords(deadPoints.value, k.select(exists, k.words('subtract', k.word(1), isAlive), k.word(0))))
      }
    })
  }

  /** Of the quad from `sample` on, a bit for each sample that exists and that layer l is not zero on. */
  #aliveOf(l: Word, sample: Word, count: Word): Word {
    const k = this.#k
    const { memory } = this.#options
    const rows = memory.valuesOf(l)
    const alive = k.variable(k.word(0))
    k.for({ to: k.word(memory.width) }, (unit) => {
      const values = k.loadQuad(rows.array, k.addWords(memory.row(rows, unit), sample))
      for (const [s, value] of values.entries()) {
        k.set(alive, k.words('or', alive.value, k.select(k.compare('greater', value, k.float(0)), k.word(2 ** s), k.word(0))))
      }
    })
    const existing = units(QUAD).map((s) => k.select(k.compare('less', k.addWords(sample, k.word(s)), count), k.word(2 ** s), k.word(0)))
    return k.words('and', alive.value, existing.reduce((all, bit) => k.words('or', all, bit)))
  }

  /** First layer, from 1, that is zero on every point; 0 if none. */
  #firstDead(): Word {
    const k = this.#k
    const { hidden } = this.#options.memory
    const dead = k.variable(k.word(0))
    k.for({ to: k.word(hidden) }, (i) => {
      const l = k.words('subtract', k.word(hidden - 1), i)
      const isAlive = k.compare('unequal', k.load(this.#layerAlive, l), k.word(0))
      k.set(dead, k.select(isAlive, dead.value, k.addWords(l, k.word(1))))
    })
    // Nobody clears the layers for the next check before all have read them.
    k.barrier()
    return dead.value
  }
}
