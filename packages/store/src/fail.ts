import type { Chunk } from '@collapsar/sweep'
import { extendPrefix, lockCell, writePrefix } from './cell-rows.ts'
import type { LockedCell } from './cell-rows.ts'
import { chunkOf, chunkWork, endChunk, insertChunks } from './claims.ts'
import type { ChunkRow } from './claims.ts'
import type { Queries } from './connection.ts'
import { refreshFrozen } from './freeze.ts'
import { lackingSets } from './measurement-sets.ts'
import { giveUpSets } from './record-measurements.ts'
import { MAXIMUM_ATTEMPTS } from './store.ts'

/**
 * A failed chunk: live -> live (its attempts are not used up: `retry`), -> two halves (`split`), -> a terminal gap
 * (`gap`, one block left), -> nothing (`gone`: it was not live, or all its blocks came from elsewhere meanwhile).
 * One block that was to be measured is given up for its sets alone, whatever failed: it stays open and is tried again
 * without them, so that a set never costs another sweep its trials.
 */
export type Failure = 'retry' | 'split' | 'gap' | 'gone'

export async function failChunk(client: Queries, chunkId: string, reason: string): Promise<Failure> {
  const work = await chunkWork(client, chunkId)
  if (work === null) return 'gone'
  const cell = await lockCell(client, work.chunk.cell)
  const failed = await countFailure(client, cell, chunkId, reason)
  if (failed === null) return 'gone'
  if (failed.attempts < MAXIMUM_ATTEMPTS) return 'retry'
  const sets = await lackingSets(client, chunkId)
  await endChunk(client, chunkId)
  const open = await openBlocks(client, cell.key, failed.chunk)
  if (open.length === 0 && sets.length === 0) return 'gone'
  if (failed.chunk.blocks === 1) {
    const index = failed.chunk.firstBlock
    if (sets.length > 0) await giveUpSets(client, cell, { lost: sets.map((set) => ({ set, index })), reason })
    else await giveUp(client, cell, index, reason)
    return 'gap'
  }
  await insertChunks(client, halves(failed.chunk))
  return 'split'
}

interface FailedChunk {
  readonly chunk: Chunk
  readonly attempts: number
}

/** null when the chunk ended while this transaction waited for its cell. */
async function countFailure(
  client: Queries,
  cell: LockedCell,
  chunkId: string,
  reason: string,
): Promise<FailedChunk | null> {
  const { rows } = await client.query<ChunkRow & { attempts: number }>(
    `UPDATE chunks SET attempts = attempts + 1, reason = $4 WHERE id = $1 AND cell = $2
     RETURNING id, $3::text AS cell, engine, first_block, blocks, attempts`,
    [chunkId, cell.key, cell.id, reason],
  )
  const row = rows[0]
  return row === undefined ? null : { chunk: chunkOf(row), attempts: row.attempts }
}

/** Blocks of the chunk that are neither recorded nor gaps. */
async function openBlocks(client: Queries, cell: number, chunk: Chunk): Promise<number[]> {
  const { rows } = await client.query<{ index: number }>(
    `SELECT index FROM generate_series($2::int, $3::int) AS given (index)
     WHERE NOT EXISTS (SELECT FROM blocks WHERE blocks.cell = $1 AND blocks.index = given.index)
       AND NOT EXISTS (SELECT FROM gaps WHERE gaps.cell = $1 AND gaps.index = given.index)`,
    [cell, chunk.firstBlock, chunk.firstBlock + chunk.blocks - 1],
  )
  return rows.map(({ index }) => index)
}

/** Each half starts with all its attempts. Ids grow by two characters a split, at most 31 times. */
function halves(chunk: Chunk): Chunk[] {
  const left = Math.floor(chunk.blocks / 2)
  return [
    { ...chunk, id: `${chunk.id}-a`, blocks: left },
    { ...chunk, id: `${chunk.id}-b`, firstBlock: chunk.firstBlock + left, blocks: chunk.blocks - left },
  ]
}

/** The block becomes a terminal gap, over which the prefix steps. */
async function giveUp(client: Queries, cell: LockedCell, index: number, reason: string): Promise<void> {
  await client.query('INSERT INTO gaps (cell, index, reason) VALUES ($1, $2, $3)', [cell.key, index, reason])
  if (index !== cell.prefix.blocks) return
  const prefix = await extendPrefix(client, cell.key, cell.prefix)
  await writePrefix(client, cell.key, prefix)
  await refreshFrozen(client, cell.key, prefix.blocks, null)
}
