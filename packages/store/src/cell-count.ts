import { addTallies, BLOCK_TRIALS, cellDigest, decodeBlock, EMPTY_TALLY, tallyOf } from '@collapsar/sweep'
import type { Tally } from '@collapsar/sweep'

/** A recorded block as a count takes it in. */
export interface CountedBlock {
  readonly index: number
  readonly engine: number
  readonly digest: Uint8Array
  readonly tally: Tally
  /** Needed for a block that lies only partly in [0, inits); null allowed elsewhere. */
  readonly columns: Uint8Array | null
}

/** What the trials [0, inits) of a cell add up to: what a sweep's row freezes. */
export interface Count {
  readonly tally: Tally
  /** Trials of [0, inits) in blocks that are not recorded. */
  readonly lost: number
  /** Digest over the ceil(inits / 100) blocks, hexadecimal; a lost block counts as null. */
  readonly digest: string
  /** Keys of the engines that trained them, ascending. */
  readonly engines: readonly number[]
}

/** Adds up exactly the trials [0, inits) of one cell, from its blocks in ascending order. */
export class CellCount {
  readonly inits: number
  readonly #digests: (Uint8Array | null)[]
  readonly #engines = new Set<number>()
  #tally = EMPTY_TALLY

  constructor(inits: number) {
    this.inits = inits
    this.#digests = Array<Uint8Array | null>(goalBlocks(inits)).fill(null)
  }

  /**
   * Takes in blocks; those beyond the goal are passed over.
   * @throws CollapsarError `damaged` when a block that is needed in part cannot be unpacked.
   */
  add(blocks: readonly CountedBlock[]): void {
    const wanted = blocks.filter(({ index }) => index < this.#digests.length)
    this.#tally = addTallies([this.#tally, ...wanted.map((block) => this.#wantedTally(block))])
    for (const { index, digest, engine } of wanted) {
      this.#digests[index] = digest
      this.#engines.add(engine)
    }
  }

  #wantedTally(block: CountedBlock): Tally {
    const trials = this.inits - block.index * BLOCK_TRIALS
    if (trials >= BLOCK_TRIALS) return block.tally
    if (block.columns === null) throw new RangeError(`invalid block ${block.index}: needed in part, without columns`)
    return tallyOf(decodeBlock(block.columns, block.digest).slice(0, trials))
  }

  result(): Count {
    return {
      tally: this.#tally,
      lost: this.inits - this.#tally.trials,
      digest: cellDigest(this.#digests),
      engines: [...this.#engines].toSorted((a, b) => a - b),
    }
  }
}

/** Blocks that hold the trials [0, inits). */
export function goalBlocks(inits: number): number {
  return Math.ceil(inits / BLOCK_TRIALS)
}
