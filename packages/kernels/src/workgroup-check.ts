import { at, units } from './affine.ts'
import type { Flag, Float, Word } from './kernel.ts'
import type { ArrayOf, KernelBuilder, Variable } from './kernel-builder.ts'
import type { KernelLoss } from './loss.ts'
import { sumOverTiles } from './tiles.ts'
import type { KernelCheck } from './training-course.ts'
import type { TrainingScalars } from './training-inputs.ts'
import { lesser } from './training-inputs.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'
import type { Workgroup } from './workgroup.ts'
import type { NetworkMemory } from './workgroup-memory.ts'
import type { WorkgroupPass } from './workgroup-pass.ts'

export interface WorkgroupCheckOptions {
  readonly scalars: TrainingScalars
  readonly memory: NetworkMemory
  readonly workgroup: Workgroup
  readonly pass: WorkgroupPass
  readonly loss: KernelLoss
  readonly canDie: boolean
}

/** All points once through a network (NUMERICS.md, 5). */
export class WorkgroupCheck {
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #options: WorkgroupCheckOptions
  readonly #memory: NetworkMemory
  /** Of each hidden layer whether it is not zero on some point. */
  readonly #layerAlive: ArrayOf<'word'>

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, options: WorkgroupCheckOptions) {
    this.#k = k
    this.#spec = spec
    this.#options = options
    this.#memory = options.memory
    this.#layerAlive = k.sharedArray('layer_alive', 'word', options.memory.hidden)
  }

  write(): KernelCheck {
    const k = this.#k
    const { points, divisor } = this.#options.scalars
    const { outputDim } = this.#spec.points
    const deadPoints = k.variable(k.word(0))
    const loss = k.variable(k.float(0))
    const lowest = units(outputDim).map(() => k.variable(k.float(Number.POSITIVE_INFINITY)))
    const highest = units(outputDim).map(() => k.variable(k.float(Number.NEGATIVE_INFINITY)))
    this.#options.workgroup.share(this.#memory.hidden, (l) => {
      k.store(this.#layerAlive, l, k.word(0))
    })
    k.for({ to: points, step: this.#memory.pass }, (start) => {
      const count = lesser(k, k.words('subtract', points, start), k.word(this.#memory.pass))
      this.#options.pass.loadTile(count, (sample) => k.addWords(start, sample))
      this.#options.pass.forward(count)
      const lossOfPass = this.#lossOfPass(count, lowest, highest)
      k.set(loss, k.select(k.compare('equal', start, k.word(0)), lossOfPass, k.add(loss.value, lossOfPass)))
      if (this.#options.canDie) this.#noteZeros(count, deadPoints)
      k.barrier()
    })
    return {
      deadLayer: this.#options.canDie ? this.#firstDead() : k.word(0),
      deadPoints: this.#options.canDie ? this.#options.workgroup.sumOfVotes(deadPoints.value) : k.word(0),
      loss: k.divide(loss.value, divisor),
      lowest: lowest.map(({ value }) => value),
      highest: highest.map(({ value }) => value),
    }
  }

  /** The sum over samples ascending is one chain: every thread takes it, so that all know it. */
  #lossOfPass(count: Word, lowest: readonly Variable<'float'>[], highest: readonly Variable<'float'>[]): Float {
    const k = this.#k
    const [total] = sumOverTiles(k, { count, sums: 1, tile: this.#memory.tile }, (sample, [sum]) => {
      const place = k.multiplyWords(sample, k.word(lowest.length))
      for (const [j, low] of lowest.entries()) {
        const high = at(highest, j)
        const output = this.#memory.region.outputs.load(place, j)
        if (sum !== undefined) k.set(sum, this.#options.loss.add(sum.value, k.subtract(output, this.#memory.region.targets.load(place, j))))
        k.set(low, k.select(k.compare('less', output, low.value), output, low.value))
        k.set(high, k.select(k.compare('greater', output, high.value), output, high.value))
      }
    })
    return at([total], 0).value
  }

  /** Which layers are not all zero on these samples, and for how many of a thread's samples some layer is. */
  #noteZeros(count: Word, deadPoints: Variable<'word'>): void {
    const k = this.#k
    this.#options.workgroup.share(this.#memory.hidden, (l) => {
      const alive = k.variable(k.load(this.#layerAlive, l))
      k.for({ to: count }, (sample) => {
        k.set(alive, k.select(this.#isAlive(l, sample), k.word(1), alive.value))
      })
      k.store(this.#layerAlive, l, alive.value)
    })
    this.#options.workgroup.share(count, (sample) => {
      const dead = k.variable(k.word(0))
      k.for({ to: k.word(this.#memory.hidden) }, (l) => {
        k.set(dead, k.select(this.#isAlive(l, sample), dead.value, k.word(1)))
      })
      k.set(deadPoints, k.addWords(deadPoints.value, dead.value))
    })
  }

  #isAlive(l: Word, sample: Word): Flag {
    const k = this.#k
    const slab = this.#memory.valuesOf(l)
    const row = this.#memory.placeIn(slab, sample, k.word(0))
    const alive = k.variable(k.word(0))
    k.for({ to: k.word(this.#memory.width) }, (unit) => {
      const isPositive = k.compare('greater', slab.region.load(k.addWords(row, unit)), k.float(0))
      k.set(alive, k.select(isPositive, k.word(1), alive.value))
    })
    return k.compare('unequal', alive.value, k.word(0))
  }

  #firstDead(): Word {
    const k = this.#k
    const dead = k.variable(k.word(0))
    k.for({ to: k.word(this.#memory.hidden) }, (above) => {
      const l = k.words('subtract', k.word(this.#memory.hidden - 1), above)
      const isAlive = k.compare('unequal', k.load(this.#layerAlive, l), k.word(0))
      k.set(dead, k.select(isAlive, dead.value, k.addWords(l, k.word(1))))
    })
    // Nobody clears the layers for the next check before all have read them.
    k.barrier()
    return dead.value
  }
}
