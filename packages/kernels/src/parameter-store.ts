import { units } from './affine.ts'
import type { Flag, Word } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'
import type { Region } from './region.ts'
import type { TrainingArrays } from './training-inputs.ts'
import type { Workgroup } from './workgroup.ts'

export interface ParameterStoreOptions {
  readonly arrays: TrainingArrays
  readonly workgroup: Workgroup
  /** Number of parameters. */
  readonly count: number
  readonly parameters: Region
  /** What outlasts a launch, [1 + remembered][parameter]: the parameters, and what the optimizer remembers of them. */
  readonly kept: Region
  readonly remembered: number
}

/** The parameters of a network that a workgroup trains, on their way between the batch, the workgroup and the slot. */
export class ParameterStore {
  readonly #k: KernelBuilder
  readonly #options: ParameterStoreOptions

  constructor(k: KernelBuilder, options: ParameterStoreOptions) {
    this.#k = k
    this.#options = options
  }

  resume(): void {
    const { kept, parameters } = this.#options
    this.#each((i) => {
      parameters.store(i, kept.load(i))
    })
    this.#k.barrier()
  }

  remember(): void {
    const { kept, parameters } = this.#options
    this.#each((i) => {
      kept.store(i, parameters.load(i))
    })
  }

  begin(row: Word): void {
    const k = this.#k
    const { arrays, count, kept, parameters, remembered } = this.#options
    const network = k.multiplyWords(row, k.word(count))
    this.#each((i) => {
      parameters.store(i, k.load(arrays.networks, k.addWords(network, i)))
      for (const m of units(remembered)) kept.store(i, k.float(0), count * (1 + m))
    })
    k.barrier()
  }

  finish(row: Word): void {
    const k = this.#k
    const { arrays, count, parameters } = this.#options
    const network = k.multiplyWords(row, k.word(count))
    this.#each((i) => {
      k.store(arrays.networks, k.addWords(network, i), parameters.load(i))
    })
  }

  isFinite(): Flag {
    const k = this.#k
    const { parameters, workgroup } = this.#options
    const infinite = k.variable(k.word(0))
    this.#each((i) => {
      const isFinite = k.compare('less', k.magnitude(parameters.load(i)), k.float(Number.POSITIVE_INFINITY))
      k.set(infinite, k.select(isFinite, infinite.value, k.word(1)))
    })
    return k.compare('equal', workgroup.sumOfVotes(infinite.value), k.word(0))
  }

  #each(act: (i: Word) => void): void {
    this.#options.workgroup.share(this.#options.count, act)
  }
}
