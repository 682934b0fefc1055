import { addTallies, CollapsarError, encodeTally } from '@collapsar/sweep'
import type { EncodedBlock, EncodedMeasurement, EngineVersion, Tally } from '@collapsar/sweep'
import { encodeBlockTally } from './block-tally.ts'
import { byteaArray } from './bytea-array.ts'
import { extendPrefix, lockEach } from './cell-rows.ts'
import type { LockedCell, Prefix } from './cell-rows.ts'
import { endChunks } from './claims.ts'
import type { Queries } from './connection.ts'
import { DigestConflict } from './digest-conflict.ts'
import { countingParts } from './first-records.ts'
import type { CountingPart } from './first-records.ts'
import { refreshFrozenOf } from './freeze.ts'
import { giveUpSets, recordMeasurements } from './record-measurements.ts'

export interface Recorded {
  readonly recorded: number
  readonly duplicate: number
  /** Indices of the recorded ones where there were duplicates, too; absent where it was all or none. */
  readonly fresh?: readonly number[]
}

/** Blocks of one cell. */
export interface BlockBatch {
  /** The cell's id. */
  readonly cell: string
  readonly blocks: readonly EncodedBlock[]
  /** What was measured of these blocks beside their base records. */
  readonly measurements?: readonly EncodedMeasurement[]
  /** Id of the chunk that ends with them; null when they were not trained for one. */
  readonly chunk: string | null
  /** Id of the worker that trained them; null when they were not trained here. */
  readonly worker: string | null
  /** Wall time it took to train them; null when they were not trained here (imported). */
  readonly seconds: number | null
}

/**
 * Records blocks of one engine, brings everything that is derived from them up to date (prefixes, tallies, frozen rows) and ends their
 * chunks. Gives what each batch added; of a block that two batches have, the first counts. The cells' locks make recorders of one cell
 * take turns; those of different cells never wait for each other. With the commit four round trips, however many batches: the locks,
 * the blocks, what follows from them; a fifth where bits are not portable.
 * @throws CollapsarError `not-found` for an unknown cell, `damaged` when a block or a measurement exists with another digest although
 *   its bits are portable, `not-allowed` from a worker that is quarantined
 */
export async function recordBatches(
  client: Queries,
  engine: EngineVersion,
  batches: readonly BlockBatch[],
): Promise<readonly Recorded[]> {
  const [cells, engineKey, workers] = await Promise.all([
    lockEach(client, batches.map(({ cell }) => cell)),
    keyOfEngine(client, engine),
    workerKeys(client, batches.flatMap(({ worker }) => worker ?? [])),
  ])
  const given = batches.map((batch) => ({
    batch,
    cell: cells.get(batch.cell) as LockedCell,
    worker: batch.worker === null ? null : (workers.get(batch.worker) ?? null),
    blocks: batch.blocks,
    measurements: batch.measurements ?? [],
  }))
  const parts = await countingParts(client, given)
  const offers = offersOf(parts)
  // What extends the prefixes is asked for behind the insertion, and travels with it.
  const [fresh, ...grown] = await Promise.all([insertBlocks(client, parts, engineKey), ...offers.map((offer) => grownPrefix(client, offer))])
  await checkDuplicates(client, parts, fresh)
  const counts = countFresh(parts, fresh)
  const updates = updatesOf({ parts, offers, grown, fresh, counts })
  await Promise.all([
    writeUpdates(client, updates, engineKey),
    refreshFrozenOf(client, updates.map(({ cell, prefix, firstFresh }) => ({ cell, prefixBlocks: prefix.blocks, firstFresh }))),
    endChunks(client, batches.flatMap(({ chunk }) => chunk ?? [])),
    ...parts.map(({ cell, measurements }) => recordMeasurements(client, cell, measurements)),
    ...parts.map(({ cell, unfit }) => giveUpSets(client, cell, { lost: unfit, reason: TRAINED_TO_OTHER_BITS })),
  ])
  return counts
}

const TRAINED_TO_OTHER_BITS = 'it was measured where the block came out with other bits than are recorded'

interface Part extends CountingPart {
  readonly batch: BlockBatch
  /** The worker's key; null when it never reported itself, or there is none. */
  readonly worker: number | null
}

/** What counts of one cell, by block index. */
interface Offer {
  readonly cell: LockedCell
  readonly tallies: ReadonlyMap<number, Tally>
}

function offersOf(parts: readonly Part[]): readonly Offer[] {
  const offers = new Map<number, { cell: LockedCell; tallies: Map<number, Tally> }>()
  for (const { cell, blocks } of parts) {
    const offer = offers.get(cell.key) ?? { cell, tallies: new Map<number, Tally>() }
    for (const { index, tally } of blocks) offer.tallies.set(index, tally)
    offers.set(cell.key, offer)
  }
  return [...offers.values()]
}

/**
 * The prefix once the blocks of the offer are recorded. Those that were before have the same bytes, or the transaction fails, so that
 * none of them is read back.
 */
async function grownPrefix(client: Queries, { cell, tallies }: Offer): Promise<Prefix> {
  const run: Tally[] = []
  for (let next = tallies.get(cell.prefix.blocks); next !== undefined; next = tallies.get(cell.prefix.blocks + run.length)) run.push(next)
  if (run.length === 0) return cell.prefix
  const { blocks, gaps, tally } = cell.prefix
  return extendPrefix(client, cell.key, { blocks: blocks + run.length, gaps, tally: addTallies([tally, ...run]) })
}

/** A block that was not there before. */
interface FreshBlock {
  readonly cell: number
  readonly index: number
  /** Whether it was a terminal gap. */
  readonly filled: boolean
}

/** @returns by cell, then by ascending index */
async function insertBlocks(client: Queries, parts: readonly Part[], engine: number): Promise<readonly FreshBlock[]> {
  const blocks = parts.flatMap((part) => part.blocks)
  const { rows } = await client.query<FreshBlock>(
    `WITH fresh AS (
       INSERT INTO blocks (cell, index, engine, digest, tally, columns, worker)
       SELECT given.cell, given.index, $7, given.digest, given.tally, given.columns, given.worker
       FROM unnest($1::int[], $2::int[], $3::bytea[], $4::bytea[], $5::bytea[], $6::int[])
         AS given (cell, index, digest, tally, columns, worker)
       ON CONFLICT DO NOTHING RETURNING cell, index
     ), filled AS (
       DELETE FROM gaps USING fresh WHERE gaps.cell = fresh.cell AND gaps.index = fresh.index RETURNING gaps.cell, gaps.index
     )
     SELECT fresh.cell, fresh.index, filled.index IS NOT NULL AS filled
     FROM fresh LEFT JOIN filled ON filled.cell = fresh.cell AND filled.index = fresh.index ORDER BY fresh.cell, fresh.index`,
    [
      parts.flatMap((part) => part.blocks.map(() => part.cell.key)),
      blocks.map(({ index }) => index),
      byteaArray(blocks.map(({ digest }) => digest)),
      byteaArray(blocks.map(({ tally }) => encodeBlockTally(tally))),
      byteaArray(blocks.map(({ columns }) => columns)),
      parts.flatMap((part) => part.blocks.map(() => part.worker)),
      engine,
    ],
  )
  return rows
}

/** Two trainings of one block that are compared must agree on every bit: a difference means that a machine or a disk is at fault. */
async function checkDuplicates(client: Queries, parts: readonly Part[], fresh: readonly FreshBlock[]): Promise<void> {
  const given = parts.flatMap(({ cell, blocks }) => blocks.map((block) => ({ cell, ...block })))
  if (given.length === fresh.length) return
  const { rows } = await client.query<{ cell: number; index: number; digest: Buffer }>(
    `SELECT given.cell, given.index, given.digest FROM unnest($1::int[], $2::int[], $3::bytea[]) AS given (cell, index, digest)
     JOIN blocks ON blocks.cell = given.cell AND blocks.index = given.index
     WHERE blocks.digest <> given.digest ORDER BY given.cell, given.index LIMIT 1`,
    [given.map(({ cell }) => cell.key), given.map(({ index }) => index), given.map(({ digest }) => digest)],
  )
  const different = rows[0]
  if (different === undefined) return
  const id = parts.find(({ cell }) => cell.key === different.cell)?.cell.id ?? ''
  throw new DigestConflict(id, different.index, different.digest)
}

function countFresh(parts: readonly Part[], fresh: readonly FreshBlock[]): readonly Recorded[] {
  const left = new Set(fresh.map(({ cell, index }) => `${cell} ${index}`))
  return parts.map(({ batch, cell, blocks }) => {
    const own = blocks.map(({ index }) => index).filter((index) => left.delete(`${cell.key} ${index}`))
    const counts = { recorded: own.length, duplicate: batch.blocks.length - own.length }
    return own.length === 0 || counts.duplicate === 0 ? counts : { ...counts, fresh: own }
  })
}

/** What changes in the row of a cell. */
interface CellUpdate {
  /** The cell's key. */
  readonly cell: number
  readonly prefix: Prefix
  /** Lowest index of its fresh blocks. */
  readonly firstFresh: number
  readonly measuredSeconds: number
  readonly measuredBlocks: number
}

interface Insertion {
  readonly parts: readonly Part[]
  readonly offers: readonly Offer[]
  /** Of each offer. */
  readonly grown: readonly Prefix[]
  readonly fresh: readonly FreshBlock[]
  /** Of each part. */
  readonly counts: readonly Recorded[]
}

/** Of the cells that have a fresh block: duplicates change nothing. */
function updatesOf({ parts, offers, grown, fresh, counts }: Insertion): readonly CellUpdate[] {
  return offers.flatMap((offer, i) => {
    const { cell } = offer
    const own = fresh.filter((block) => block.cell === cell.key)
    const [first] = own
    if (first === undefined) return []
    let [measuredSeconds, measuredBlocks] = [0, 0]
    for (const [part, { batch, cell: its }] of parts.entries()) {
      if (its.key !== cell.key || batch.seconds === null) continue
      const recorded = counts[part]?.recorded ?? 0
      measuredSeconds += (batch.seconds * recorded) / batch.blocks.length
      measuredBlocks += recorded
    }
    const prefix = refill(grown[i] as Prefix, offer, own.filter(({ index, filled }) => filled && index < cell.prefix.blocks))
    return [{ cell: cell.key, prefix, firstFresh: first.index, measuredSeconds, measuredBlocks }]
  })
}

/** The prefix with these gaps inside it filled; it keeps its length. */
function refill(prefix: Prefix, { tallies }: Offer, filled: readonly FreshBlock[]): Prefix {
  if (filled.length === 0) return prefix
  const found = filled.map(({ index }) => tallies.get(index) as Tally)
  return { ...prefix, gaps: prefix.gaps - filled.length, tally: addTallies([prefix.tally, ...found]) }
}

async function writeUpdates(client: Queries, updates: readonly CellUpdate[], engine: number): Promise<void> {
  if (updates.length === 0) return
  await client.query(
    `UPDATE cells SET prefix_blocks = given.blocks, prefix_gaps = given.gaps, tally = given.tally,
       engines = CASE WHEN engines @> ARRAY[$7::smallint] THEN engines
         ELSE ARRAY(SELECT unnest(engines || $7::smallint) ORDER BY 1) END,
       measured_seconds = measured_seconds + given.seconds, measured_blocks = measured_blocks + given.measured
     FROM unnest($1::int[], $2::int[], $3::int[], $4::bytea[], $5::float8[], $6::int[])
       AS given (cell, blocks, gaps, tally, seconds, measured) WHERE cells.key = given.cell`,
    [
      updates.map(({ cell }) => cell),
      updates.map(({ prefix }) => prefix.blocks),
      updates.map(({ prefix }) => prefix.gaps),
      byteaArray(updates.map(({ prefix }) => encodeTally(prefix.tally))),
      updates.map(({ measuredSeconds }) => measuredSeconds),
      updates.map(({ measuredBlocks }) => measuredBlocks),
      engine,
    ],
  )
}

/**
 * Keys of workers by their ids; without those that never reported themselves. Their rows stay locked against a quarantine, which so
 * sees all that was recorded before it.
 */
async function workerKeys(client: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<{ id: string; key: number; state: string; reason: string | null }>(
    'SELECT id, key, state, reason FROM workers WHERE id = ANY($1::text[]) ORDER BY key FOR KEY SHARE',
    [ids],
  )
  for (const { id, state, reason } of rows) {
    if (state !== 'quarantined') continue
    throw new CollapsarError('not-allowed', `The worker "${id}" is quarantined (${reason ?? 'no reason given'}); what it trains is not recorded.`)
  }
  return new Map(rows.map(({ id, key }) => [id, key]))
}

/**
 * The engine's key: looked up, or new. Asked for after the cells' locks: who holds a new engine's row waits for no cell.
 * An update in place of DO NOTHING would lock the row against the foreign keys of other recorders.
 */
async function keyOfEngine(client: Queries, engine: EngineVersion): Promise<number> {
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
