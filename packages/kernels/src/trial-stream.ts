import type { Flag, Float, Word } from './kernel.ts'
import type { KernelBuilder } from './kernel-builder.ts'
import { philox } from './philox.ts'
import type { TrainingScalars } from './training-inputs.ts'
import { noiseOfWord } from './training-inputs.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'

/** A trial's index, in two words. */
export type TrialWords = readonly [Word, Word]

interface UpdatedParameter {
  /** Number of the parameter. */
  readonly i: Word
  readonly before: Float
  readonly after: Float
  readonly isBias: Flag | boolean
}

/** What a trial draws while it is trained, number by number (NUMERICS.md, 4). */
export class TrialStream {
  readonly #k: KernelBuilder
  readonly #spec: TrainingKernelSpec
  readonly #scalars: TrainingScalars

  constructor(k: KernelBuilder, spec: TrainingKernelSpec, scalars: TrainingScalars) {
    this.#k = k
    this.#spec = spec
    this.#scalars = scalars
  }

  /** The point that a sample of a step is. */
  pointOf(sample: Word, step: Word, [low, high]: TrialWords): Word {
    const k = this.#k
    if (this.#spec.training.batch === 'full') return sample
    const { minibatchKey0, minibatchKey1, points } = this.#scalars
    const words = philox(k, [k.words('shiftRight', sample, k.word(2)), step, low, high], [minibatchKey0, minibatchKey1])
    return k.words('multiplyHigh', this.#wordOf(words, sample), points)
  }

  /** The parameter after its update, with its noise. */
  withNoise({ after, before, i, isBias }: UpdatedParameter, step: Word, [low, high]: TrialWords): Float {
    const k = this.#k
    const { noise } = this.#spec.training
    if (noise === undefined || (noise.parameters !== 'all' && isBias === false)) return after
    const { noiseKey0, noiseKey1 } = this.#scalars
    const words = philox(k, [k.words('shiftRight', i, k.word(2)), step, low, high], [noiseKey0, noiseKey1])
    const r = noiseOfWord(k, this.#wordOf(words, i))
    const level = k.float(noise.level)
    const noisy = k.stored(noise.kind === 'absolute' ? k.fma(level, r, after) : k.fma(k.multiply(level, r), k.subtract(after, before), after))
    return noise.parameters === 'all' || isBias === true || isBias === false ? noisy : k.select(isBias, noisy, after)
  }

  /** The word that number `index` of a stream takes of its block. */
  #wordOf([w0, w1, w2, w3]: readonly [Word, Word, Word, Word], index: Word): Word {
    const k = this.#k
    const within = k.words('and', index, k.word(3))
    const is = (place: number) => k.compare('equal', within, k.word(place))
    return k.select(is(0), w0, k.select(is(1), w1, k.select(is(2), w2, w3)))
  }
}
