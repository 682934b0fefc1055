import { at, units } from './affine.ts'
import type { BlockMemory } from './block-memory.ts'
import { QUAD } from './block-memory.ts'
import type { BlockPass } from './block-pass.ts'
import type { Quad, Word } from './kernel.ts'
import type { ArrayOf, KernelBuilder, Variable } from './kernel-builder.ts'
import type { KernelLoss } from './loss.ts'
import type { KernelCheck, TrainingScalars } from './training-course.ts'
import { lesser } from './training-course.ts'
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
  /** Of each hidden layer whether it is not zero on some point, and of each sample whether some layer is zero. */
  readonly #layerAlive: ArrayOf<'word'>
  readonly #sampleDead: ArrayOf<'word'>

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, options: BlockCheckOptions) {
    this.#k = k
    this.#spec = spec
    this.#options = options
    const { hidden, quads } = options.memory
    this.#layerAlive = k.sharedArray('layer_alive', 'word', options.canDie ? hidden : 1)
    this.#sampleDead = k.sharedArray('sample_dead', 'word', options.canDie ? QUAD * quads : 1)
  }

  write(): KernelCheck {
    const k = this.#k
    const { canDie, load, memory, pass, workgroup } = this.#options
    const { divisor, points } = this.#options.scalars
    const deadPoints = k.variable(k.word(0))
    const loss = k.variable(k.float(0))
    const lowest = units(this.#spec.points.outputDim).map(() => k.variable(k.float(Number.POSITIVE_INFINITY)))
    const highest = lowest.map(() => k.variable(k.float(Number.NEGATIVE_INFINITY)))
    if (canDie) this.#clear(this.#layerAlive, memory.hidden)
    k.for({ to: points, step: memory.room }, (start) => {
      const count = lesser(k, k.words('subtract', points, start), k.word(memory.room))
      load(start, count)
      if (canDie) this.#clear(this.#sampleDead, memory.room)
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

  #clear(words: ArrayOf<'word'>, length: number): void {
    const k = this.#k
    this.#options.workgroup.share(length, (i) => {
      k.store(words, i, k.word(0))
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

  /** Which layers are not all zero on these samples, and how many of this thread's samples some layer is zero on. Who notes something notes the same. */
  #noteZeros(count: Word, deadPoints: Variable<'word'>): void {
    const k = this.#k
    const { memory, workgroup } = this.#options
    workgroup.share(memory.hidden * memory.quads, (item) => {
      const l = k.words('divide', item, k.word(memory.quads))
      const sample = k.multiplyWords(k.words('subtract', item, k.multiplyWords(l, k.word(memory.quads))), k.word(QUAD))
      const alive = units(QUAD).map(() => k.variable(k.word(0)))
      const rows = memory.valuesOf(l)
      k.for({ to: k.word(memory.width) }, (unit) => {
        this.#noteAlive(alive, k.loadQuad(rows.array, k.addWords(memory.row(rows, unit), sample)))
      })
      for (const [s, { value }] of alive.entries()) {
        const place = k.addWords(sample, k.word(s))
        k.if(k.compare('less', place, count), () => {
          k.if(
            k.compare('equal', value, k.word(0)),
            () => {
              k.store(this.#sampleDead, place, k.word(1))
            },
            () => {
              k.store(this.#layerAlive, l, k.word(1))
            },
          )
        })
      }
    })
    k.barrier()
    workgroup.share(count, (sample) => {
      k.set(deadPoints, k.addWords(deadPoints.value, k.load(this.#sampleDead, sample)))
    })
  }

  #noteAlive(alive: readonly Variable<'word'>[], values: Quad): void {
    const k = this.#k
    for (const [s, variable] of alive.entries()) {
      k.set(variable, k.select(k.compare('greater', at(values, s), k.float(0)), k.word(1), variable.value))
    }
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
