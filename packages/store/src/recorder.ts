import { CollapsarError } from '@collapsar/sweep'
import type { EngineVersion } from '@collapsar/sweep'
import type pg from 'pg'
import { preparedTransaction } from './connection.ts'
import { recordBatches } from './record-blocks.ts'
import type { BlockBatch, Recorded } from './record-blocks.ts'

/** Recordings under way at a time: while one waits for the disk, another works. */
const TRANSACTIONS = 2
/** Blocks in one transaction, about 1 MB: bounds what a failure repeats, and how long the cells of a group stay locked. */
const GROUP_BLOCKS = 500

interface Waiting {
  readonly engine: EngineVersion
  readonly batch: BlockBatch
  resolve(recorded: Recorded): void
  reject(reason: unknown): void
}

/**
 * Records what one process hands in. Batches that arrive while the transactions are under way share the next one, and so its round
 * trips and its wait for the disk; one that arrives alone is recorded at once. What is wrong with one batch fails that batch alone.
 */
export class Recorder {
  readonly #pool: pg.Pool
  readonly #onRecorded: () => void
  #waiting: Waiting[] = []
  #underWay = 0

  /** @param onRecorded called after each commit */
  constructor(pool: pg.Pool, onRecorded: () => void) {
    this.#pool = pool
    this.#onRecorded = onRecorded
  }

  /** Resolves when it is committed. Throws like `recordBatches`. */
  record(engine: EngineVersion, batch: BlockBatch): Promise<Recorded> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ engine, batch, resolve, reject })
      this.#start()
    })
  }

  #start(): void {
    while (this.#underWay < TRANSACTIONS && this.#waiting.length > 0) {
      this.#underWay += 1
      void this.#settle(this.#takeGroup()).finally(() => {
        this.#underWay -= 1
        this.#start()
      })
    }
  }

  /** The first that waits, and those of its engine behind it that fit. */
  #takeGroup(): readonly Waiting[] {
    const group: Waiting[] = []
    const rest: Waiting[] = []
    let blocks = 0
    for (const waiting of this.#waiting) {
      const fits = group.length === 0 || (sameEngine(group[0], waiting) && blocks + waiting.batch.blocks.length <= GROUP_BLOCKS)
      if (fits) blocks += waiting.batch.blocks.length
      ;(fits ? group : rest).push(waiting)
    }
    this.#waiting = rest
    return group
  }

  /** Never rejects. */
  async #settle(group: readonly Waiting[]): Promise<void> {
    const [first] = group
    if (first === undefined) return
    try {
      const batches = group.map(({ batch }) => batch)
      const recorded = await preparedTransaction(this.#pool, (client) => recordBatches(client, first.engine, batches))
      for (const [i, one] of recorded.entries()) group[i]?.resolve(one)
      this.#onRecorded()
    } catch (error) {
      if (group.length > 1 && concernsOne(error)) for (const waiting of group) await this.#settle([waiting])
      else for (const { reject } of group) reject(error)
    }
  }
}

function sameEngine(a: Waiting | undefined, b: Waiting): boolean {
  return a?.engine.id === b.engine.id && a.engine.version === b.engine.version
}

/** Whether something is wrong with one of the batches, and not with the database. */
function concernsOne(error: unknown): boolean {
  return error instanceof CollapsarError && error.code !== 'storage'
}
