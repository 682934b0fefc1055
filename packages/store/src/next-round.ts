import { CollapsarError } from '@collapsar/sweep'
import { goalBlocks } from './cell-count.ts'
import { lockCells } from './cell-rows.ts'
import type { Queries } from './connection.ts'
import { freezeExisting } from './create-sweep.ts'
import { cellsOf, lockSweep } from './sweep-state.ts'

export interface Decision {
  /** From 1, one more than the last. */
  readonly round: number
  /** Trials asked for of each cell, in the sweep's order; null ends the rounds. */
  readonly inits: readonly number[] | null
  /** The number of the sweep's last extension that the decision knows of; null: whichever it is. */
  readonly extensions: number | null
}

/**
 * Writes a decision of an adaptive sweep, if it is the next one and made from complete counts: every row frozen. Rows whose goal grows
 * are open again, until the cell's prefix reaches it, which may be at once.
 * @returns false when the sweep does not stand so: another planner decided, it was cancelled, paused or extended, or a gap of it is retried
 * @throws CollapsarError `not-found`; `conflict` for goals that do not fit the sweep's cells or shrink
 */
export async function nextRound(client: Queries, id: string, { round, inits, extensions }: Decision): Promise<boolean> {
  await lockSweep(client, id)
  if (!(await awaits(client, id, round, extensions))) return false
  if (inits === null) {
    await client.query('UPDATE sweeps SET adaptive = FALSE WHERE id = $1', [id])
    return true
  }
  await lockCells(client, await cellsOf(client, id))
  await refuseMisfit(client, id, inits)
  await client.query('INSERT INTO rounds (sweep, number, inits) VALUES ($1, $2, $3)', [id, round, inits])
  await raiseGoals(client, id, inits)
  return true
}

/** The rows that ask for less from now on ask for the trials [0, inits[position]): open, until the prefixes of their cells, which must be locked, reach that. */
export async function raiseGoals(client: Queries, id: string, inits: readonly number[]): Promise<void> {
  await client.query(
    `UPDATE sweep_cells SET inits = given.inits, goal_blocks = given.goal, tally = NULL, gaps = 0, digest = NULL, engines = '{}'
     FROM unnest($2::int[], $3::int[]) WITH ORDINALITY AS given (inits, goal, place)
     WHERE sweep = $1 AND position = given.place - 1 AND sweep_cells.inits < given.inits`,
    [id, inits, inits.map(goalBlocks)],
  )
  await freezeExisting(client, id)
}

async function awaits(client: Queries, id: string, round: number, extensions: number | null): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM sweeps WHERE id = $1 AND state = 'active' AND adaptive
       AND (SELECT count(*) FROM rounds WHERE rounds.sweep = sweeps.id) = $2::int - 1
       AND ($3::int IS NULL OR (SELECT count(*) FROM extensions WHERE extensions.sweep = sweeps.id) = $3)
       AND NOT EXISTS (SELECT FROM sweep_cells WHERE sweep = sweeps.id AND tally IS NULL)`,
    [id, round, extensions],
  )
  return rows.length > 0
}

async function refuseMisfit(client: Queries, id: string, inits: readonly number[]): Promise<void> {
  const { rows } = await client.query<{ inits: number }>('SELECT inits FROM sweep_cells WHERE sweep = $1 ORDER BY position', [id])
  const misfit = rows.length === inits.length ? rows.findIndex((row, i) => (inits[i] ?? 0) < row.inits) : inits.length
  if (misfit < 0) return
  const asked = rows.length === inits.length ? `${inits[misfit]} trials of cell ${misfit}` : `goals for ${inits.length} cells`
  throw new CollapsarError('conflict', `A round of the sweep "${id}" asks for ${asked}; it has ${rows.length} cells, whose goals only grow.`)
}
