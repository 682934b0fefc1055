import { CollapsarError } from '@collapsar/sweep'
import { reservePlace } from './active-quota.ts'
import { EMPTY_PREFIX, extendPrefix, lockCell, lockCells, writePrefix } from './cell-rows.ts'
import type { Queries } from './connection.ts'
import { knownSets, LACKING_SETS, MEASURED_BLOCKS, withKnown } from './measurement-sets.ts'
import { forgetGivenUp } from './record-measurements.ts'
import type { SweepState } from './store.ts'

/**
 * The life of a sweep, one row whose lock every transition takes first:
 *
 * active    -> done (`finishSweeps`: every row is frozen, every set measured, no round follows), paused, cancelled
 * paused    -> active (`resumeSweep`), cancelled, deleted
 * done      -> active (`retryGaps` and `extendSweep`, where they open a row), deleted
 * cancelled -> deleted
 *
 * An action that finds its effect there already changes nothing, so that each may be repeated; one that has no exit where the sweep stands
 * throws `conflict`. Blocks are recorded and rows frozen in every state, for they belong to the cells; chunks are issued, and live ones are
 * wanted, for active sweeps alone.
 */

/** Marks active sweeps whose rows are all frozen, whose blocks have all their sets, and of which no round follows, as done; gives their ids. */
export async function finishSweeps(client: Queries): Promise<readonly string[]> {
  // Locked first: a sweep that is being retried shows its open rows to the second statement only after the wait.
  const { rows: active } = await client.query<{ id: string; measures: boolean }>(
    `SELECT id, measure <> '{}' AS measures FROM sweeps
     WHERE state = 'active' AND NOT adaptive ORDER BY id FOR NO KEY UPDATE`,
  )
  const ids = (measures: boolean) => active.filter((sweep) => sweep.measures === measures).map(({ id }) => id)
  return [...(await finishFrozen(client, ids(false))), ...(await finishMeasured(client, ids(true)))]
}

async function finishFrozen(client: Queries, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await client.query<{ id: string }>(
    `UPDATE sweeps SET state = 'done', finished_at = now()
     WHERE id = ANY($1::text[]) AND NOT EXISTS (SELECT FROM sweep_cells WHERE sweep = sweeps.id AND tally IS NULL)
     RETURNING id`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

async function finishMeasured(client: Queries, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await client.query<{ id: string }>(
    `${withKnown(2, 3)}
     UPDATE sweeps SET state = 'done', finished_at = now()
     WHERE id = ANY($1::text[]) AND NOT EXISTS (SELECT FROM sweep_cells WHERE sweep = sweeps.id AND tally IS NULL)
       AND NOT EXISTS (SELECT FROM sweep_cells wish JOIN cells ON cells.key = wish.cell
         WHERE wish.sweep = sweeps.id AND wish.goal_blocks > (SELECT count(*) FROM (${MEASURED_BLOCKS}) settled))
     RETURNING id`,
    [ids, ...knownSets()],
  )
  return rows.map(({ id }) => id)
}

/** Cancels an active or paused sweep; gives the ids of the chunks that were dropped. */
export async function cancelSweep(client: Queries, id: string): Promise<readonly string[]> {
  const state = await lockSweep(client, id)
  if (state === 'cancelled') return []
  if (state === 'done') throw new CollapsarError('conflict', `The sweep "${id}" is done; it cannot be cancelled.`)
  await client.query(`UPDATE sweeps SET state = 'cancelled', finished_at = now() WHERE id = $1`, [id])
  return dropUnwanted(client, id)
}

/** Pauses an active sweep; gives the ids of the chunks that were dropped. */
export async function pauseSweep(client: Queries, id: string): Promise<readonly string[]> {
  const state = await lockSweep(client, id)
  if (state === 'paused') return []
  if (state !== 'active') throw new CollapsarError('conflict', `The sweep "${id}" is ${state}; it cannot be paused.`)
  await client.query(`UPDATE sweeps SET state = 'paused' WHERE id = $1`, [id])
  return dropUnwanted(client, id)
}

/** Makes a paused sweep active. One that has become done since is as the caller wants it: the answer to its first call may have been lost. */
export async function resumeSweep(client: Queries, id: string): Promise<void> {
  const state = await lockSweep(client, id)
  if (state === 'cancelled') throw new CollapsarError('conflict', `The sweep "${id}" is cancelled; it cannot be resumed.`)
  if (state === 'paused') await client.query(`UPDATE sweeps SET state = 'active' WHERE id = $1`, [id])
}

/** Deletes the rows of a sweep that is not active, and nothing that was counted. */
export async function removeSweep(client: Queries, id: string): Promise<void> {
  const state = await lockSweep(client, id)
  if (state === 'active') {
    throw new CollapsarError('conflict', `The sweep "${id}" is active; it can be deleted when it is paused, done or cancelled.`)
  }
  // Who records a block of these cells freezes rows that are deleted here.
  await lockCells(client, await cellsOf(client, id))
  await client.query('DELETE FROM sweeps WHERE id = $1', [id])
}

/** A sweep that is done has more to do; a paused one stays paused. */
export async function reopen(client: Queries, id: string): Promise<void> {
  await client.query(`UPDATE sweeps SET state = 'active', finished_at = NULL WHERE id = $1 AND state = 'done'`, [id])
}

/**
 * Drops the live chunks of a sweep's cells that no active sweep wants any more; gives their ids. Their workers see it at their next look. Of two sweeps
 * that leave a shared cell at the same time, the one that comes second to the cell's lock sees the other's new state.
 */
async function dropUnwanted(client: Queries, id: string): Promise<readonly string[]> {
  await lockCells(client, await cellsOf(client, id))
  const { rows } = await client.query<{ id: string }>(
    `${withKnown(2, 3)}
     DELETE FROM chunks WHERE cell IN (SELECT cell FROM sweep_cells WHERE sweep = $1)
       AND NOT EXISTS (SELECT FROM sweep_cells wish JOIN sweeps ON sweeps.id = wish.sweep,
           generate_series(chunks.first_block, least(chunks.first_block + chunks.blocks, wish.goal_blocks) - 1) AS block (index)
         WHERE wish.cell = chunks.cell AND wish.goal_blocks > chunks.first_block AND sweeps.state = 'active'
           AND NOT EXISTS (SELECT FROM blocks WHERE blocks.cell = wish.cell AND blocks.index = block.index))
       AND NOT EXISTS (${LACKING_SETS})
     RETURNING id`,
    [id, ...knownSets()],
  )
  return rows.map((row) => row.id)
}

/**
 * Forgets the terminal gaps that the sweep reads; gives how many blocks will be tried.
 * @throws CollapsarError `not-found`; `conflict` when it is cancelled; `quota` when it is done and its owner has too many active ones
 */
export async function retryGaps(client: Queries, id: string): Promise<number> {
  const state = await lockSweep(client, id)
  if (state === 'cancelled') {
    throw new CollapsarError('conflict', `The sweep "${id}" is cancelled; its gaps cannot be retried.`)
  }
  const takePlace = await reservePlace(client, id)
  await lockCells(client, await cellsOf(client, id))
  const givenUp = await forgetGivenUp(client, id)
  const lost = await forgetGaps(client, id)
  if (lost.length === 0 && givenUp === 0) return 0
  takePlace()
  for (const { cell, first } of lost) await pullBack(client, cell, first)
  await client.query(
    `UPDATE sweep_cells SET tally = NULL, gaps = 0, digest = NULL, engines = ARRAY[]::smallint[]
     WHERE sweep = $1 AND gaps > 0`,
    [id],
  )
  await reopen(client, id)
  return lost.reduce((sum, { count }) => sum + count, givenUp)
}

/** @throws CollapsarError `not-found` */
export async function lockSweep(client: Queries, id: string): Promise<SweepState> {
  const { rows } = await client.query<{ state: SweepState }>(
    'SELECT state FROM sweeps WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  )
  const row = rows[0]
  if (row === undefined) throw new CollapsarError('not-found', `There is no sweep "${id}".`)
  return row.state
}

export async function cellsOf(client: Queries, sweepId: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT cells.id FROM sweep_cells JOIN cells ON cells.key = sweep_cells.cell WHERE sweep = $1',
    [sweepId],
  )
  return rows.map(({ id }) => id)
}

interface LostBlocks {
  /** The cell's id. */
  readonly cell: string
  /** Lowest index. */
  readonly first: number
  readonly count: number
}

/**
 * Deletes the gaps that the sweep reads. The answer also has the blocks that its frozen rows lost and whose gap another
 * sweep's retry has forgotten already: those rows are to be opened again as well.
 */
async function forgetGaps(client: Queries, sweepId: string): Promise<LostBlocks[]> {
  const { rows } = await client.query<LostBlocks>(
    `WITH goal AS (SELECT cell, max(goal_blocks) AS blocks FROM sweep_cells WHERE sweep = $1 GROUP BY cell),
     forgotten AS (
       DELETE FROM gaps USING goal WHERE gaps.cell = goal.cell AND gaps.index < goal.blocks
       RETURNING gaps.cell, gaps.index
     ),
     lost AS (
       SELECT wish.cell, given.index FROM sweep_cells wish, generate_series(0, wish.goal_blocks - 1) AS given (index)
       WHERE wish.sweep = $1 AND wish.gaps > 0
         AND NOT EXISTS (SELECT FROM blocks WHERE blocks.cell = wish.cell AND blocks.index = given.index)
     )
     SELECT cells.id AS cell, min(index) AS first, count(*)::int AS count
     FROM (SELECT * FROM forgotten UNION SELECT * FROM lost) AS open
     JOIN cells ON cells.key = open.cell GROUP BY cells.id, cells.key ORDER BY cells.key`,
    [sweepId],
  )
  return rows
}

/** The prefix ends before a forgotten gap that it had stepped over. Extremes cannot be subtracted: it is folded anew. */
async function pullBack(client: Queries, cellId: string, first: number): Promise<void> {
  const { key, prefix } = await lockCell(client, cellId)
  if (first >= prefix.blocks) return
  await writePrefix(client, key, await extendPrefix(client, key, EMPTY_PREFIX))
}
