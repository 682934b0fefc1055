import { fillPhilox } from './philox.ts'
import type { StreamKey } from './philox.ts'

/** The draws of one tensor (or step) of one trial: a Philox key and counter without the block. */
export interface TensorStream {
  readonly key: StreamKey
  /** Index of the trial in its cell, an integer in [0, 2^53). */
  readonly trial: number
  /** Number of the tensor or of the step, an integer in [0, 2^32). */
  readonly tensor: number
}

const TWO_TO_21 = 2 ** 21
const TWO_TO_MINUS_53 = 2 ** -53
const BLOCKS = 256
const words = new Uint32Array(4 * BLOCKS)

/** Writes the words of blocks `first`, `first + 1`, ... of a stream, [block][4]. */
export function fillWords(into: Uint32Array, blocks: number, first: number, stream: TensorStream): void {
  const { key, tensor, trial } = stream
  fillPhilox(into, blocks, [first, tensor, trial >>> 0, Math.floor(trial / 2 ** 32)], key)
}

/**
 * The uniform number of two random words: 53 random bits at the middle of their interval. In (0, 1), but that the
 * largest of the 2^53 values rounds to 1.
 */
export function uniformOfWords(a: number, b: number): number {
  return (a * TWO_TO_21 + (b >>> 11) + 0.5) * TWO_TO_MINUS_53
}

/** Writes uniform numbers 0 .. count-1 of a stream, [element] (NUMERICS.md, 1). */
export function fillUniforms(into: Float64Array, count: number, stream: TensorStream): void {
  for (let start = 0; start < count; start += 2 * BLOCKS) {
    const end = Math.min(count, start + 2 * BLOCKS)
    fillWords(words, (end - start + 1) >> 1, start / 2, stream)
    for (let i = start, w = 0; i < end; i++, w += 2) {
      into[i] = uniformOfWords(words[w] as number, words[w + 1] as number)
    }
  }
}
