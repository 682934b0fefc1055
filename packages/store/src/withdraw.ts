import type pg from 'pg'
import type { WithdrawnCell } from './audit-store.ts'
import { EMPTY_PREFIX, extendPrefix, lockCell, writePrefix } from './cell-rows.ts'
import { poolQueries, transaction } from './connection.ts'
import type { Queries } from './connection.ts'
import { notifyChange } from './notifications.ts'

interface OpenWithdrawal {
  readonly id: number
  readonly worker: number | null
  readonly cell: number | null
  readonly index: number | null
}

/**
 * Works off the open withdrawals, a cell a transaction, so that recorders of other cells never wait. Two processes that do this
 * at once share the work.
 */
export async function withdraw(pool: pg.Pool): Promise<readonly WithdrawnCell[]> {
  const queries = poolQueries(pool)
  const { rows: open } = await queries.query<OpenWithdrawal>(
    'SELECT id, worker, cell, index FROM withdrawals WHERE finished_at IS NULL ORDER BY id',
  )
  const withdrawn: WithdrawnCell[] = []
  for (const withdrawal of open) {
    for (let cells = await cellsOf(queries, withdrawal); cells.length > 0; cells = await cellsOf(queries, withdrawal)) {
      for (const cell of cells) withdrawn.push(await transaction(pool, (client) => withdrawCell(client, withdrawal, cell)))
    }
    await queries.query('UPDATE withdrawals SET finished_at = now() WHERE id = $1 AND finished_at IS NULL', [withdrawal.id])
  }
  return withdrawn.filter(({ blocks }) => blocks > 0)
}

/** Blocks of the withdrawal, from its parameters $1 to $3. What an audit agreed on stays, whoever recorded it. */
const BLAMED = `(blocks.worker = $1 OR (blocks.cell = $2 AND blocks.index = $3))
  AND NOT EXISTS (SELECT FROM audits WHERE audits.cell = blocks.cell AND audits.index = blocks.index AND audits.agreed = blocks.digest)`

async function cellsOf(queries: Queries, { worker, cell, index }: OpenWithdrawal): Promise<string[]> {
  const { rows } = await queries.query<{ id: string }>(
    `SELECT cells.id FROM cells WHERE key IN (SELECT blocks.cell FROM blocks WHERE ${BLAMED}) ORDER BY key`,
    [worker, cell, index],
  )
  return rows.map(({ id }) => id)
}

async function withdrawCell(client: Queries, withdrawal: OpenWithdrawal, id: string): Promise<WithdrawnCell> {
  await client.query(
    `SELECT FROM sweeps WHERE id IN (SELECT sweep FROM sweep_cells JOIN cells ON cells.key = sweep_cells.cell WHERE cells.id = $1)
     ORDER BY id FOR NO KEY UPDATE`,
    [id],
  )
  const { key, prefix } = await lockCell(client, id)
  const indices = await deleteBlocks(client, withdrawal, key)
  const first = indices[0]
  if (first === undefined) return { cell: id, blocks: 0, sweeps: [] }
  // Extremes cannot be subtracted: the prefix is folded anew.
  if (first < prefix.blocks) await writePrefix(client, key, await extendPrefix(client, key, EMPTY_PREFIX))
  await client.query('UPDATE cells SET engines = ARRAY(SELECT DISTINCT engine FROM blocks WHERE cell = $1 ORDER BY 1) WHERE key = $1', [key])
  const sweeps = await reopenSweeps(client, key, first)
  await client.query('UPDATE withdrawals SET blocks = blocks + $2, cells = cells + 1 WHERE id = $1', [withdrawal.id, indices.length])
  await notifyChange(client)
  return { cell: id, blocks: indices.length, sweeps }
}

/** With what was measured of them and what is being audited of them; gives their indices, ascending. The cell must be locked. */
async function deleteBlocks(client: Queries, { worker, cell, index }: OpenWithdrawal, key: number): Promise<number[]> {
  const { rows } = await client.query<{ index: number }>(
    `DELETE FROM blocks WHERE blocks.cell = $4 AND ${BLAMED} RETURNING blocks.index`,
    [worker, cell, index, key],
  )
  const indices = rows.map((row) => row.index).toSorted((a, b) => a - b)
  await client.query('DELETE FROM measurements WHERE cell = $1 AND index = ANY($2::int[])', [key, indices])
  await client.query(
    `UPDATE audits SET state = 'withdrawn', decided_at = now() WHERE cell = $1 AND index = ANY($2::int[]) AND state = 'open'`,
    [key, indices],
  )
  return indices
}

/**
 * Opens the frozen rows that had counted a withdrawn block, and their sweeps, unless cancelled. Goals stay as decided: an
 * adaptive sweep decides on from there, once it has the right counts. A sweep that was created after the locks were taken
 * is caught too; if that closes a circle of waits, the database ends it and the next call goes on.
 */
async function reopenSweeps(client: Queries, cell: number, first: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `WITH opened AS (
       UPDATE sweep_cells SET tally = NULL, gaps = 0, digest = NULL, engines = '{}'
       WHERE cell = $1 AND goal_blocks > $2 AND tally IS NOT NULL RETURNING sweep
     )
     UPDATE sweeps SET state = CASE state WHEN 'done' THEN 'active' ELSE state END, finished_at = NULL,
       adaptive = adaptive OR source ->> 'until' IS NOT NULL
     WHERE id IN (SELECT sweep FROM opened) AND state <> 'cancelled' RETURNING id`,
    [cell, first],
  )
  return rows.map(({ id }) => id).toSorted()
}
