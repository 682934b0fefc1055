import { createHash, randomBytes } from 'node:crypto'
import { canonicalJson, CollapsarError, EMPTY_TALLY, encodeTally } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import { refuseBeyondQuota } from './active-quota.ts'
import { goalBlocks } from './cell-count.ts'
import type { Queries } from './connection.ts'
import { existingTrials } from './existing-trials.ts'
import { refreshFrozen } from './freeze.ts'
import { measuredTrials } from './measured-trials.ts'
import { readSweeps } from './read-sweep.ts'
import type { NewSweep, SweepRecord } from './store.ts'

export interface Submission {
  readonly sweep: NewSweep
  /** The same key and request find the sweep of the first time; null: every submit is another sweep. */
  readonly idempotencyKey: string | null
}

/**
 * What became of a submit. Refused: `idempotency-mismatch` for a known key with another request, `quota` when its owner has too many active
 * sweeps. Nothing of a refused one is kept. `again`: the sweep of its key was deleted meanwhile, and the key is free.
 */
export type Submitted = { readonly sweep: SweepRecord; readonly created: boolean } | { readonly refused: CollapsarError } | 'again'

/** A submit on its way. */
interface Entry {
  /** Of the sweep that it makes unless its key is known. */
  readonly id: string
  readonly sweep: NewSweep
  readonly owner: string
  readonly idempotencyKey: string | null
  readonly digest: Buffer
}

/**
 * Writes sweeps with the cells they lack, and freezes the rows whose trials exist. However many there are, it takes the same statements in
 * six round trips, but for rows that can be frozen at once.
 */
export async function createSweeps(client: Queries, submissions: readonly Submission[]): Promise<readonly Submitted[]> {
  const entries = submissions.map(entryOf)
  const created = await insertSweeps(client, entries)
  const isNew = ({ id }: Entry) => created.has(id)
  const [known, refused] = await Promise.all([
    findKnown(client, entries.filter((entry) => !isNew(entry))),
    refuseBeyondQuota(client, entries.filter(isNew).map(({ id, owner, sweep }) => ({ id, owner, maxActiveSweeps: sweep.maxActiveSweeps ?? null }))),
  ])
  const fresh = entries.filter((entry) => isNew(entry) && !refused.has(entry.id))
  if (fresh.length > 0) await insertContents(client, fresh)
  const found = entries.map((entry) => refused.get(entry.id) ?? known.get(entry) ?? entry.id)
  const records = await readSweeps(client, found.filter((one) => typeof one === 'string'))
  return found.map((one, i) => {
    if (one instanceof CollapsarError) return { refused: one }
    const sweep = records.get(one)
    return sweep === undefined ? 'again' : { sweep, created: one === entries[i]?.id }
  })
}

function entryOf({ sweep, idempotencyKey }: Submission): Entry {
  const id = `sw-${randomBytes(8).toString('hex')}`
  return { id, sweep, owner: sweep.owner ?? 'local', idempotencyKey, digest: requestDigest(sweep) }
}

/** Two requests are the same when they agree on the file as submitted and on what is read of which cell. */
function requestDigest(sweep: NewSweep): Buffer {
  const cells = sweep.cells.map(({ cell, inits }) => [cell, inits])
  const { measure = [] } = sweep
  const text = canonicalJson({ name: sweep.name, source: sweep.source ?? null, cells, ...(measure.length > 0 && { measure }) })
  return createHash('sha256').update(text).digest()
}

/**
 * Ids of those whose key was not known: a request in flight with the same key is waited for. In the order of the keys, so that two groups
 * with the same keys never wait for each other in a circle.
 */
async function insertSweeps(client: Queries, entries: readonly Entry[]): Promise<ReadonlySet<string>> {
  const sweeps = entries.map(({ sweep }) => sweep)
  // A list of lists of unequal lengths is none to Postgres: sets and tags travel as JSON.
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO sweeps (id, name, source, reused, idempotency_key, request_digest, adaptive, measure, owner, tags, priority)
     SELECT id, name, source, 0, key, digest, adaptive, ARRAY(SELECT json_array_elements_text(measure)), owner,
       ARRAY(SELECT json_array_elements_text(tags)), priority
     FROM unnest($1::text[], $2::text[], $3::json[], $4::text[], $5::bytea[], $6::boolean[], $7::json[], $8::text[], $9::json[], $10::int[])
       AS given (id, name, source, key, digest, adaptive, measure, owner, tags, priority)
     ORDER BY owner, key, id ON CONFLICT (owner, idempotency_key) DO NOTHING RETURNING id`,
    [
      entries.map(({ id }) => id),
      sweeps.map(({ name }) => name),
      sweeps.map(({ source }) => JSON.stringify(source ?? null)),
      entries.map(({ idempotencyKey }) => idempotencyKey),
      entries.map(({ digest }) => digest),
      sweeps.map(({ adaptive = false }) => adaptive),
      sweeps.map(({ measure = [] }) => JSON.stringify(measure)),
      entries.map(({ owner }) => owner),
      sweeps.map(({ tags = [] }) => JSON.stringify(tags)),
      sweeps.map(({ priority = 0 }) => priority),
    ],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Ids of the sweeps that known keys found, or why not; without those whose sweep is gone by now. */
async function findKnown(client: Queries, entries: readonly Entry[]): Promise<ReadonlyMap<Entry, string | CollapsarError>> {
  if (entries.length === 0) return new Map()
  const { rows } = await client.query<{ place: number; id: string; request_digest: Buffer }>(
    `SELECT place::int - 1 AS place, sweeps.id, request_digest
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (owner, key, place)
     JOIN sweeps ON sweeps.owner = given.owner AND sweeps.idempotency_key = given.key`,
    [entries.map(({ owner }) => owner), entries.map(({ idempotencyKey }) => idempotencyKey)],
  )
  const known = new Map<Entry, string | CollapsarError>()
  for (const { place, id, request_digest: digest } of rows) {
    const entry = entries[place]
    if (entry !== undefined) known.set(entry, digest.equals(entry.digest) ? id : mismatch(entry))
  }
  return known
}

function mismatch({ idempotencyKey }: Entry): CollapsarError {
  const detail = `The idempotency key "${idempotencyKey}" was used for another sweep before; use a new key.`
  return new CollapsarError('idempotency-mismatch', detail)
}

/** Cells, rows, and what of them exists already. */
async function insertContents(client: Queries, entries: readonly Entry[]): Promise<void> {
  const specs = new Map(entries.flatMap(({ sweep }) => sweep.cells.map(({ cell, spec }) => [cell, spec])))
  // Sent one behind the other, and carried out in this order.
  const [, prefixes, reused] = await Promise.all([
    insertMissingCells(client, specs),
    lockPrefixes(client, [...specs.keys()]),
    countReused(client, entries),
  ])
  const freezable = entries.filter(({ sweep }) => sweep.cells.some(({ cell, inits }) => (prefixes.get(cell) ?? 0) >= goalBlocks(inits)))
  await Promise.all([insertSweepCells(client, entries), noteReused(client, reused)])
  for (const { id } of freezable) await freezeExisting(client, id)
}

/** In the order of the ids, so that two sweeps that create the same cells never wait for each other in a circle. */
async function insertMissingCells(client: Queries, specs: ReadonlyMap<string, TrialSpec>): Promise<void> {
  await client.query(
    `INSERT INTO cells (id, spec, depth, width, tally)
     SELECT id, spec, (spec ->> 'depth')::int, (spec ->> 'width')::int, $3
     FROM unnest($1::text[], $2::jsonb[]) AS given (id, spec)
     WHERE NOT EXISTS (SELECT FROM cells WHERE cells.id = given.id)
     ORDER BY id ON CONFLICT (id) DO NOTHING`,
    [[...specs.keys()], [...specs.values()].map((spec) => JSON.stringify(spec)), encodeTally(EMPTY_TALLY)],
  )
}

/** Locks cells in the order of their keys until the end of the transaction; gives the blocks of their prefixes by id. */
async function lockPrefixes(client: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ id: string; prefix_blocks: number }>(
    'SELECT id, prefix_blocks FROM cells WHERE id = ANY($1::text[]) ORDER BY key FOR NO KEY UPDATE',
    [ids],
  )
  return new Map(rows.map(({ id, prefix_blocks: blocks }) => [id, blocks]))
}

/** Of the sweeps that find some: their ids and the trials that exist with all their sets. */
async function countReused(client: Queries, entries: readonly Entry[]): Promise<ReadonlyMap<string, number>> {
  const plain = entries.filter(({ sweep }) => (sweep.measure ?? []).length === 0)
  const measuring = entries.filter((entry) => !plain.includes(entry))
  const [existing, ...measured] = await Promise.all([
    existingTrials(client, plain.flatMap(({ sweep }) => sweep.cells)),
    ...measuring.map(({ sweep }) => measuredTrials(client, sweep.cells, sweep.measure ?? [])),
  ])
  const owners = plain.flatMap(({ id, sweep }) => sweep.cells.map(() => id))
  const reused = new Map<string, number>()
  for (const [i, trials] of existing.entries()) {
    const id = owners[i]
    if (trials > 0 && id !== undefined) reused.set(id, (reused.get(id) ?? 0) + trials)
  }
  for (const [i, { id }] of measuring.entries()) {
    const trials = (measured[i] ?? []).reduce((sum, one) => sum + one.trials, 0)
    if (trials > 0) reused.set(id, trials)
  }
  return reused
}

async function noteReused(client: Queries, reused: ReadonlyMap<string, number>): Promise<void> {
  if (reused.size === 0) return
  await client.query('UPDATE sweeps SET reused = given.trials FROM unnest($1::text[], $2::bigint[]) AS given (id, trials) WHERE sweeps.id = given.id', [
    [...reused.keys()],
    [...reused.values()],
  ])
}

async function insertSweepCells(client: Queries, entries: readonly Entry[]): Promise<void> {
  const cells = entries.flatMap(({ sweep }) => sweep.cells)
  await client.query(
    `INSERT INTO sweep_cells (sweep, position, cell, inits, goal_blocks)
     SELECT ($1::text[])[given.sweep], given.position, cells.key, given.inits, given.goal
     FROM unnest($2::int[], $3::int[], $4::text[], $5::int[], $6::int[]) AS given (sweep, position, cell, inits, goal)
     JOIN cells ON cells.id = given.cell`,
    [
      entries.map(({ id }) => id),
      entries.flatMap(({ sweep }, number) => sweep.cells.map(() => number + 1)),
      entries.flatMap(({ sweep }) => sweep.cells.map((_, position) => position)),
      cells.map(({ cell }) => cell),
      cells.map(({ inits }) => inits),
      cells.map(({ inits }) => goalBlocks(inits)),
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
