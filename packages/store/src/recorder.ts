import { CollapsarError } from '@collapsar/sweep'
import type { EngineVersion } from '@collapsar/sweep'
import type pg from 'pg'
import { preparedTransaction } from './connection.ts'
import { GroupCommit } from './group-commit.ts'
import { recordBatches } from './record-blocks.ts'
import type { BlockBatch, Recorded } from './record-blocks.ts'

const TRANSACTIONS = 2
/** Blocks in one transaction, about 1 MB: bounds what a failure repeats, and how long the cells of a group stay locked. */
const GROUP_BLOCKS = 500

interface Recording {
  readonly engine: EngineVersion
  readonly batch: BlockBatch
}

/** Records what one process hands in, batches of one engine together. */
export class Recorder {
  readonly #groups: GroupCommit<Recording, Recorded>

  /** @param onRecorded called after each commit */
  constructor(pool: pg.Pool, onRecorded: () => void) {
    this.#groups = new GroupCommit({
      transactions: TRANSACTIONS,
      joins,
      concernsOne,
      commit: async (group) => {
        const [first] = group
        if (first === undefined) return []
        const batches = group.map(({ batch }) => batch)
        const recorded = await preparedTransaction(pool, (client) => recordBatches(client, first.engine, batches))
        onRecorded()
        return recorded
      },
    })
  }

  /** Resolves when it is committed. Throws like `recordBatches`. */
  record(engine: EngineVersion, batch: BlockBatch): Promise<Recorded> {
    return this.#groups.add({ engine, batch })
  }
}

function joins(group: readonly Recording[], { engine, batch }: Recording): boolean {
  const blocks = group.reduce((sum, recording) => sum + recording.batch.blocks.length, batch.blocks.length)
  return sameEngine(group[0]?.engine, engine) && blocks <= GROUP_BLOCKS
}

function sameEngine(a: EngineVersion | undefined, b: EngineVersion): boolean {
  return a?.id === b.id && a.version === b.version
}

/** Whether something is wrong with one of the batches, and not with the database. */
function concernsOne(error: unknown): boolean {
  return error instanceof CollapsarError && error.code !== 'storage'
}
