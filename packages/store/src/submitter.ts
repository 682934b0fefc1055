import { CollapsarError } from '@collapsar/sweep'
import type pg from 'pg'
import { errorCode, preparedTransaction, transaction } from './connection.ts'
import { createSweeps } from './create-sweep.ts'
import type { Submission, Submitted } from './create-sweep.ts'
import { GroupCommit } from './group-commit.ts'
import type { NewSweep, SweepRecord } from './store.ts'

const TRANSACTIONS = 2
/** Sweeps in one transaction, and cells of all of them: bounds how long one submit waits for others. */
const GROUP_SWEEPS = 64
const GROUP_CELLS = 2_000

/** Creates what one process submits, small sweeps together. */
export class Submitter {
  readonly #groups: GroupCommit<Submission, Submitted>

  /** @param onSubmitted called after each commit */
  constructor(pool: pg.Pool, onSubmitted: () => void) {
    this.#groups = new GroupCommit({
      transactions: TRANSACTIONS,
      joins: (group, submission) => group.length < GROUP_SWEEPS && cellsOf([...group, submission]) <= GROUP_CELLS,
      concernsOne,
      commit: async (group) => {
        // Plans that are made once suit few cells.
        const inTransaction = cellsOf(group) <= GROUP_CELLS ? preparedTransaction : transaction
        const submitted = await inTransaction(pool, (client) => createSweeps(client, group))
        onSubmitted()
        return submitted
      },
    })
  }

  /** Resolves when it is committed. @throws CollapsarError `idempotency-mismatch`, `quota` */
  async submit(sweep: NewSweep, idempotencyKey: string | null): Promise<{ sweep: SweepRecord; created: boolean }> {
    for (;;) {
      const submitted = await this.#groups.add({ sweep, idempotencyKey })
      if (submitted === 'again') continue
      if ('refused' in submitted) throw submitted.refused
      return submitted
    }
  }
}

function cellsOf(group: readonly Submission[]): number {
  return group.reduce((sum, { sweep }) => sum + sweep.cells.length, 0)
}

/** SQLSTATE (PostgreSQL, appendix A) of a value that the database does not take, or that a constraint forbids. */
const OF_A_VALUE = /^2[23]/

function concernsOne(error: unknown): boolean {
  return (error instanceof CollapsarError && error.code !== 'storage') || OF_A_VALUE.test(errorCode(error) ?? '')
}
