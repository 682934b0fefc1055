import type { Word } from './kernel.ts'
import type { ArrayOf, KernelBuilder } from './kernel-builder.ts'
import { lesser } from './training-inputs.ts'
import { units } from './affine.ts'

/** A thread computes so many rows by so many columns at a time, so that what it loads is used as often. */
const BLOCK = 2

/** Threads that work on one network together. */
export class Workgroup {
  readonly threads: number
  readonly thread: Word
  readonly #k: KernelBuilder
  /** A word of each thread, for what all are to know. */
  readonly #votes: ArrayOf<'word'>

  constructor(k: KernelBuilder, threads: number) {
    this.#k = k
    this.threads = threads
    this.thread = k.thread()
    this.#votes = k.sharedArray('votes', 'word', threads)
  }

  /** The threads take turns at 0 .. count - 1. */
  share(count: Word | number, act: (i: Word) => void): void {
    const k = this.#k
    k.for({ from: this.thread, to: typeof count === 'number' ? k.word(count) : count, step: this.threads }, act)
  }

  /** The threads take turns at blocks of rows and columns. At an edge a block has the last one twice. */
  shareBlocks(rows: Word, columns: Word, act: (rows: readonly Word[], columns: readonly Word[]) => void): void {
    const k = this.#k
    const blocks = (count: Word) => k.words('divide', k.addWords(count, k.word(BLOCK - 1)), k.word(BLOCK))
    const rowBlocks = blocks(rows)
    this.share(k.multiplyWords(rowBlocks, blocks(columns)), (block) => {
      const column = k.words('divide', block, rowBlocks)
      const row = k.words('subtract', block, k.multiplyWords(column, rowBlocks))
      act(this.#block(row, rows), this.#block(column, columns))
    })
  }

  /** The sum of a word over all threads, for all of them. */
  sumOfVotes(vote: Word): Word {
    const k = this.#k
    k.store(this.#votes, this.thread, vote)
    k.barrier()
    const sum = k.variable(k.word(0))
    k.for({ to: k.word(this.threads) }, (thread) => {
      k.set(sum, k.addWords(sum.value, k.load(this.#votes, thread)))
    })
    k.barrier()
    return sum.value
  }

  #block(number: Word, count: Word): Word[] {
    const k = this.#k
    const first = k.multiplyWords(number, k.word(BLOCK))
    const last = k.words('subtract', count, k.word(1))
    return units(BLOCK).map((i) => (i === 0 ? first : lesser(k, k.addWords(first, k.word(i)), last)))
  }
}
