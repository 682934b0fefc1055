import { CollapsarError } from '@collapsar/sweep'
import type { EncodedMeasurement } from '@collapsar/sweep'
import type { LockedCell } from './cell-rows.ts'
import type { Queries } from './connection.ts'

/**
 * Records what was measured of blocks that exist. What exists is a duplicate and changes nothing; what had been given up is
 * filled. The caller holds the cell's lock.
 * @throws CollapsarError `damaged` when the same was measured before with another result, where bits are portable
 */
export async function recordMeasurements(
  client: Queries,
  cell: LockedCell,
  measurements: readonly EncodedMeasurement[],
): Promise<void> {
  if (measurements.length === 0) return
  await client.query(
    `INSERT INTO measurements AS made (cell, set, version, index, digest, data)
     SELECT $1, given.* FROM unnest($2::text[], $3::int[], $4::int[], $5::bytea[], $6::bytea[]) AS given
     ON CONFLICT (cell, set, version, index) DO UPDATE SET digest = excluded.digest, data = excluded.data, reason = NULL
     WHERE made.reason IS NOT NULL`,
    [cell.key, ...keyColumns(measurements), measurements.map(({ data }) => data)],
  )
  if (cell.isPortable) await checkDuplicates(client, cell, measurements)
}

function keyColumns(measurements: readonly EncodedMeasurement[]): unknown[] {
  return [
    measurements.map(({ set }) => set.name),
    measurements.map(({ set }) => set.version),
    measurements.map(({ index }) => index),
    measurements.map(({ digest }) => digest),
  ]
}

async function checkDuplicates(client: Queries, cell: LockedCell, measurements: readonly EncodedMeasurement[]): Promise<void> {
  const { rows } = await client.query<{ set: string; index: number }>(
    `SELECT given.set, given.index
     FROM unnest($2::text[], $3::int[], $4::int[], $5::bytea[]) AS given (set, version, index, digest)
     JOIN measurements made ON made.cell = $1 AND made.set = given.set AND made.version = given.version AND made.index = given.index
     WHERE made.digest <> given.digest ORDER BY given.index, given.set LIMIT 1`,
    [cell.key, ...keyColumns(measurements)],
  )
  const different = rows[0]
  if (different === undefined) return
  throw new CollapsarError(
    'damaged',
    `The measurements "${different.set}" of block ${different.index} of cell ${cell.id} were made twice with different results: their digests differ.`,
  )
}

/** Sets are given up for blocks: a sweep that asks for them does not wait any longer. What was measured stays. */
export async function giveUpSets(
  client: Queries,
  cell: LockedCell,
  { lost, reason }: { readonly lost: readonly Pick<EncodedMeasurement, 'set' | 'index'>[]; readonly reason: string },
): Promise<void> {
  if (lost.length === 0) return
  await client.query(
    `INSERT INTO measurements (cell, set, version, index, reason)
     SELECT $1, given.set, given.version, given.index, $5 FROM unnest($2::text[], $3::int[], $4::int[]) AS given (set, version, index)
     ON CONFLICT DO NOTHING`,
    [cell.key, lost.map(({ set }) => set.name), lost.map(({ set }) => set.version), lost.map(({ index }) => index), reason],
  )
}

/**
 * Forgets what was given up of the sets that the sweep asks for; gives how many blocks are open by that. Their cells must
 * be locked.
 */
export async function forgetGivenUp(client: Queries, sweepId: string): Promise<number> {
  const { rows } = await client.query<{ blocks: number }>(
    `WITH forgotten AS (
       DELETE FROM measurements made USING sweep_cells wish JOIN sweeps ON sweeps.id = wish.sweep
       WHERE wish.sweep = $1 AND made.cell = wish.cell AND made.index < wish.goal_blocks AND made.set = ANY (sweeps.measure)
         AND made.reason IS NOT NULL
       RETURNING made.cell, made.index
     ) SELECT count(DISTINCT (cell, index))::int AS blocks FROM forgotten`,
    [sweepId],
  )
  return rows[0]?.blocks ?? 0
}
