import { createHash, randomBytes } from 'node:crypto'
import { canonicalJson, CollapsarError, EMPTY_TALLY, encodeTally } from '@collapsar/sweep'
import { goalBlocks } from './cell-count.ts'
import { lockCells } from './cell-rows.ts'
import type { Queries } from './connection.ts'
import { existingTrials } from './existing-trials.ts'
import { measuredTrials } from './measured-trials.ts'
import { refreshFrozen } from './freeze.ts'
import type { NewSweep } from './store.ts'

/**
 * Writes the sweep with the cells it lacks, and freezes the rows whose trials exist.
 * @param idempotencyKey the same key and request find the sweep of the first time
 * @throws CollapsarError `idempotency-mismatch` for a known key with another request
 */
export async function createSweep(
  client: Queries,
  sweep: NewSweep,
  idempotencyKey: string | null,
): Promise<{ id: string; created: boolean }> {
  const digest = requestDigest(sweep)
  const id = await insertSweep(client, sweep, idempotencyKey, digest)
  if (id === null) {
    const known = await sweepOfKey(client, sweep.owner ?? 'local', { idempotencyKey, digest })
    // Deleted between the two statements: its key is free.
    return known === null ? createSweep(client, sweep, idempotencyKey) : { id: known, created: false }
  }
  await insertMissingCells(client, sweep)
  await lockCells(client, sweep.cells.map(({ cell }) => cell))
  await noteReused(client, id, sweep)
  await insertSweepCells(client, id, sweep)
  await freezeExisting(client, id)
  return { id, created: true }
}

/** Two requests are the same when they agree on the file as submitted and on what is read of which cell. */
function requestDigest(sweep: NewSweep): Buffer {
  const cells = sweep.cells.map(({ cell, inits }) => [cell, inits])
  const { measure = [] } = sweep
  const text = canonicalJson({ name: sweep.name, source: sweep.source ?? null, cells, ...(measure.length > 0 && { measure }) })
  return createHash('sha256').update(text).digest()
}

/** null when the key is known: a request in flight with the same key is waited for. */
async function insertSweep(
  client: Queries,
  sweep: NewSweep,
  idempotencyKey: string | null,
  digest: Buffer,
): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO sweeps (id, name, source, reused, idempotency_key, request_digest, adaptive, measure, owner, tags, priority)
     VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (owner, idempotency_key) DO NOTHING RETURNING id`,
    [
      `sw-${randomBytes(8).toString('hex')}`,
      sweep.name,
      JSON.stringify(sweep.source ?? null),
      idempotencyKey,
      digest,
      sweep.adaptive ?? false,
      sweep.measure ?? [],
      sweep.owner ?? 'local',
      sweep.tags ?? [],
      sweep.priority ?? 0,
    ],
  )
  return rows[0]?.id ?? null
}

/** null when no sweep has the key (any more). */
async function sweepOfKey(
  client: Queries,
  owner: string,
  { idempotencyKey, digest }: { readonly idempotencyKey: string | null; readonly digest: Buffer },
): Promise<string | null> {
  const { rows } = await client.query<{ id: string; request_digest: Buffer }>(
    'SELECT id, request_digest FROM sweeps WHERE owner = $1 AND idempotency_key = $2',
    [owner, idempotencyKey],
  )
  const row = rows[0]
  if (row === undefined) return null
  if (row.request_digest.equals(digest)) return row.id
  const detail = `The idempotency key "${idempotencyKey}" was used for another sweep before; use a new key.`
  throw new CollapsarError('idempotency-mismatch', detail)
}

/** In the order of the ids, so that two sweeps that create the same cells never wait for each other in a circle. */
async function insertMissingCells(client: Queries, sweep: NewSweep): Promise<void> {
  const specs = new Map(sweep.cells.map(({ cell, spec }) => [cell, spec]))
  await client.query(
    `INSERT INTO cells (id, spec, depth, width, tally)
     SELECT id, spec, (spec ->> 'depth')::int, (spec ->> 'width')::int, $3
     FROM unnest($1::text[], $2::jsonb[]) AS given (id, spec)
     WHERE NOT EXISTS (SELECT FROM cells WHERE cells.id = given.id)
     ORDER BY id ON CONFLICT (id) DO NOTHING`,
    [[...specs.keys()], [...specs.values()].map((spec) => JSON.stringify(spec)), encodeTally(EMPTY_TALLY)],
  )
}

async function noteReused(client: Queries, id: string, sweep: NewSweep): Promise<void> {
  const { measure = [] } = sweep
  const existing =
    measure.length === 0
      ? await existingTrials(client, sweep.cells)
      : (await measuredTrials(client, sweep.cells, measure)).map(({ trials }) => trials)
  const reused = existing.reduce((sum, trials) => sum + trials, 0)
  await client.query('UPDATE sweeps SET reused = $2 WHERE id = $1', [id, reused])
}

async function insertSweepCells(client: Queries, id: string, sweep: NewSweep): Promise<void> {
  await client.query(
    `INSERT INTO sweep_cells (sweep, position, cell, inits, goal_blocks)
     SELECT $1, given.place - 1, cells.key, given.inits, given.goal
     FROM unnest($2::text[], $3::int[], $4::int[]) WITH ORDINALITY AS given (cell, inits, goal, place)
     JOIN cells ON cells.id = given.cell`,
    [
      id,
      sweep.cells.map(({ cell }) => cell),
      sweep.cells.map(({ inits }) => inits),
      sweep.cells.map(({ inits }) => goalBlocks(inits)),
    ],
  )
}

/** Freezes the rows of a sweep whose trials exist: copies what another sweep froze for the same trials, and counts the rest. */
export async function freezeExisting(client: Queries, id: string): Promise<void> {
  await client.query(
    `UPDATE sweep_cells AS mine SET tally = other.tally, gaps = other.gaps, digest = other.digest, engines = other.engines
     FROM sweep_cells AS other, cells
     WHERE mine.sweep = $1 AND mine.tally IS NULL AND cells.key = mine.cell AND cells.prefix_blocks >= mine.goal_blocks
       AND other.cell = mine.cell AND other.inits = mine.inits AND other.tally IS NOT NULL`,
    [id],
  )
  const { rows } = await client.query<{ key: number; prefix_blocks: number }>(
    `SELECT DISTINCT cells.key, cells.prefix_blocks FROM sweep_cells JOIN cells ON cells.key = sweep_cells.cell
     WHERE sweep = $1 AND sweep_cells.tally IS NULL AND goal_blocks <= prefix_blocks ORDER BY cells.key`,
    [id],
  )
  for (const { key, prefix_blocks: prefixBlocks } of rows) await refreshFrozen(client, key, prefixBlocks, null)
}
