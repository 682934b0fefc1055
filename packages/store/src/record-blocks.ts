import { addTallies, CollapsarError, encodeTally } from '@collapsar/sweep'
import type { EncodedBlock, EncodedMeasurement, EngineVersion } from '@collapsar/sweep'
import { encodeBlockTally } from './block-tally.ts'
import { extendPrefix, lockCell } from './cell-rows.ts'
import type { LockedCell, Prefix } from './cell-rows.ts'
import type { Queries } from './connection.ts'
import { DigestConflict } from './digest-conflict.ts'
import { refreshFrozen } from './freeze.ts'
import { recordMeasurements } from './record-measurements.ts'

export interface Recorded {
  readonly recorded: number
  readonly duplicate: number
}

/** Blocks of one cell, from one engine. */
export interface BlockBatch {
  /** The cell's id. */
  readonly cell: string
  readonly blocks: readonly EncodedBlock[]
  /** What was measured of these blocks beside their base records. */
  readonly measurements?: readonly EncodedMeasurement[]
  readonly engine: EngineVersion
  /** Id of the worker that trained them; null when they were not trained here. */
  readonly worker: string | null
  /** Wall time it took to train them; null when they were not trained here (imported). */
  readonly seconds: number | null
}

/**
 * Records blocks of one cell and brings everything that is derived from them up to date: prefix, tally, frozen rows.
 * The cell's lock makes recorders of one cell take turns; those of different cells never wait for each other.
 * @throws CollapsarError `not-found` for an unknown cell, `damaged` when a block or a measurement exists with another digest,
 *   `not-allowed` from a worker that is quarantined
 */
export async function recordBlocks(client: Queries, batch: BlockBatch): Promise<Recorded> {
  const { blocks, measurements = [] } = batch
  const cell = await lockCell(client, batch.cell)
  const engine = await engineKey(client, batch.engine)
  const worker = batch.worker === null ? null : await workerKey(client, batch.worker)
  const fresh = await insertBlocks(client, { cell: cell.key, engine, worker }, blocks)
  if (fresh.length < blocks.length) await checkDuplicates(client, cell, blocks)
  if (fresh.length > 0) await update(client, cell, { batch, engine, fresh })
  await recordMeasurements(client, cell, measurements)
  return { recorded: fresh.length, duplicate: blocks.length - fresh.length }
}

/** A block that was not there before. */
interface FreshBlock {
  readonly index: number
  /** Whether it was a terminal gap. */
  readonly filled: boolean
}

/** Keys of what the blocks belong to. */
interface Provenance {
  readonly cell: number
  readonly engine: number
  readonly worker: number | null
}

async function insertBlocks(
  client: Queries,
  { cell, engine, worker }: Provenance,
  blocks: readonly EncodedBlock[],
): Promise<FreshBlock[]> {
  const { rows } = await client.query<FreshBlock>(
    `WITH fresh AS (
       INSERT INTO blocks (cell, index, engine, digest, tally, columns, worker)
       SELECT $1, index, $2, digest, tally, columns, $7
       FROM unnest($3::int[], $4::bytea[], $5::bytea[], $6::bytea[]) AS block (index, digest, tally, columns)
       ON CONFLICT DO NOTHING RETURNING index
     ), filled AS (
       DELETE FROM gaps USING fresh WHERE gaps.cell = $1 AND gaps.index = fresh.index RETURNING gaps.index
     )
     SELECT fresh.index, filled.index IS NOT NULL AS filled
     FROM fresh LEFT JOIN filled ON filled.index = fresh.index ORDER BY fresh.index`,
    [
      cell,
      engine,
      blocks.map(({ index }) => index),
      blocks.map(({ digest }) => digest),
      blocks.map(({ tally }) => encodeBlockTally(tally)),
      blocks.map(({ columns }) => columns),
      worker,
    ],
  )
  return rows
}

/** Two trainings of one block must agree on every bit: a difference means that a machine or a disk is at fault. */
async function checkDuplicates(client: Queries, cell: LockedCell, blocks: readonly EncodedBlock[]): Promise<void> {
  const { rows } = await client.query<{ index: number; digest: Buffer }>(
    `SELECT given.index, given.digest FROM unnest($2::int[], $3::bytea[]) AS given (index, digest)
     JOIN blocks ON blocks.cell = $1 AND blocks.index = given.index
     WHERE blocks.digest <> given.digest ORDER BY given.index LIMIT 1`,
    [cell.key, blocks.map(({ index }) => index), blocks.map(({ digest }) => digest)],
  )
  const different = rows[0]
  if (different === undefined) return
  throw new DigestConflict(cell.id, different.index, different.digest)
}

interface Insertion {
  readonly batch: BlockBatch
  /** The engine's key. */
  readonly engine: number
  /** At least one, by ascending index. */
  readonly fresh: readonly FreshBlock[]
}

async function update(client: Queries, cell: LockedCell, { batch, engine, fresh }: Insertion): Promise<void> {
  const refilled = refill(cell.prefix, batch.blocks, fresh)
  const grows = fresh.some(({ index }) => index === refilled.blocks)
  const prefix = grows ? await extendPrefix(client, cell.key, refilled) : refilled
  const seconds = batch.seconds === null ? 0 : (batch.seconds * fresh.length) / batch.blocks.length
  await client.query(
    `UPDATE cells SET prefix_blocks = $2, prefix_gaps = $3, tally = $4,
       engines = CASE WHEN engines @> ARRAY[$5::smallint] THEN engines
         ELSE ARRAY(SELECT unnest(engines || $5::smallint) ORDER BY 1) END,
       measured_seconds = measured_seconds + $6, measured_blocks = measured_blocks + $7
     WHERE key = $1`,
    [
      cell.key,
      prefix.blocks,
      prefix.gaps,
      encodeTally(prefix.tally),
      engine,
      seconds,
      batch.seconds === null ? 0 : fresh.length,
    ],
  )
  await refreshFrozen(client, cell.key, prefix.blocks, fresh[0]?.index ?? null)
}

/** The prefix with the gaps inside it that are now filled; it keeps its length. */
function refill(prefix: Prefix, blocks: readonly EncodedBlock[], fresh: readonly FreshBlock[]): Prefix {
  const inside = new Set(fresh.filter(({ index, filled }) => filled && index < prefix.blocks).map(({ index }) => index))
  if (inside.size === 0) return prefix
  const tallies = blocks.filter(({ index }) => inside.delete(index)).map(({ tally }) => tally)
  return { ...prefix, gaps: prefix.gaps - tallies.length, tally: addTallies([prefix.tally, ...tallies]) }
}

/**
 * The worker's key; null when it never reported itself. Its row stays locked against a quarantine, which so sees all that was
 * recorded before it.
 */
async function workerKey(client: Queries, id: string): Promise<number | null> {
  const { rows } = await client.query<{ key: number; state: string; reason: string | null }>(
    'SELECT key, state, reason FROM workers WHERE id = $1 FOR KEY SHARE',
    [id],
  )
  const worker = rows[0]
  if (worker?.state === 'quarantined') {
    throw new CollapsarError('not-allowed', `The worker "${id}" is quarantined (${worker.reason ?? 'no reason given'}); what it trains is not recorded.`)
  }
  return worker?.key ?? null
}

/**
 * The engine's key: looked up, or new. Asked for after the cell's lock: who holds a new engine's row waits for no cell.
 * An update in place of DO NOTHING would lock the row against the foreign keys of other recorders.
 */
async function engineKey(client: Queries, engine: EngineVersion): Promise<number> {
  const known = await knownEngine(client, engine)
  if (known !== null) return known
  await client.query('INSERT INTO engines (id, version) VALUES ($1, $2) ON CONFLICT (id, version) DO NOTHING', [
    engine.id,
    engine.version,
  ])
  const created = await knownEngine(client, engine)
  if (created === null) throw new Error(`the engine ${engine.id} ${engine.version} vanished while it was recorded`)
  return created
}

async function knownEngine(client: Queries, engine: EngineVersion): Promise<number | null> {
  const { rows } = await client.query<{ key: number }>('SELECT key FROM engines WHERE id = $1 AND version = $2', [
    engine.id,
    engine.version,
  ])
  return rows[0]?.key ?? null
}
