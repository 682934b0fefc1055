import type { Chunk, ChunkWork, EngineKind } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import { lockCells } from './cell-rows.ts'
import type { Queries } from './connection.ts'
import { BLOCK_HAS_ITS_SETS, knownSets, lackingSets, withKnown } from './measurement-sets.ts'

/** A chunk as its row has it, with its cell's id. */
export interface ChunkRow {
  readonly id: string
  readonly cell: string
  readonly engine: EngineKind
  readonly first_block: number
  readonly blocks: number
}

export function chunkOf(row: ChunkRow): Chunk {
  return { id: row.id, cell: row.cell, engine: row.engine, firstBlock: row.first_block, blocks: row.blocks }
}

/**
 * Claims the chunks that are free: no block of theirs is settled or claimed, and an active sweep wants one. A recorded block
 * is settled unless an active sweep asks for a set that it lacks. The cells' locks keep two planners from claiming the same
 * blocks.
 */
export async function issueChunks(client: Queries, chunks: readonly Chunk[]): Promise<readonly Chunk[]> {
  await lockCells(client, chunks.map(({ cell }) => cell))
  const unrecorded = await freeChunks(client, chunks, '')
  // Only blocks that are recorded can lack a set: a planner whose chunks are all free never asks for sets.
  const all = unrecorded.length === chunks.length ? unrecorded : await freeChunks(client, chunks, BLOCK_HAS_ITS_SETS)
  const free = withoutOverlaps(all)
  await insertChunks(client, free)
  return free
}

/** @param settled what else must hold for a recorded block to be settled; nothing: each is */
async function freeChunks(client: Queries, chunks: readonly Chunk[], settled: string): Promise<Chunk[]> {
  const { rows } = await client.query<ChunkRow>(
    `${settled === '' ? '' : withKnown(6, 7)}
     SELECT given.id, given.cell, given.engine, given.first_block, given.blocks
     FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[]) WITH ORDINALITY
       AS given (id, cell, engine, first_block, blocks, place) JOIN cells ON cells.id = given.cell
     WHERE NOT EXISTS (SELECT FROM chunks WHERE chunks.id = given.id)
       AND NOT EXISTS (SELECT FROM chunks WHERE chunks.cell = cells.key
         AND chunks.first_block < given.first_block + given.blocks
         AND given.first_block < chunks.first_block + chunks.blocks)
       AND NOT EXISTS (SELECT FROM blocks block WHERE block.cell = cells.key
         AND block.index >= given.first_block AND block.index < given.first_block + given.blocks${settled === '' ? '' : ` AND ${settled}`})
       AND NOT EXISTS (SELECT FROM gaps WHERE gaps.cell = cells.key
         AND gaps.index >= given.first_block AND gaps.index < given.first_block + given.blocks)
       AND EXISTS (SELECT FROM sweep_cells wish JOIN sweeps ON sweeps.id = wish.sweep
         WHERE wish.cell = cells.key AND wish.goal_blocks > given.first_block AND sweeps.state = 'active')
     ORDER BY given.place`,
    [...chunkColumns(chunks), ...(settled === '' ? [] : knownSets())],
  )
  return rows.map(chunkOf)
}

/** Drops what overlaps an earlier chunk of the same list, or has its id. */
function withoutOverlaps(chunks: readonly Chunk[]): Chunk[] {
  const ids = new Set<string>()
  const claimed = new Set<string>()
  return chunks.filter((chunk) => {
    const blocks = Array.from({ length: chunk.blocks }, (_, offset) => `${chunk.cell} ${chunk.firstBlock + offset}`)
    if (ids.has(chunk.id) || blocks.some((block) => claimed.has(block))) return false
    ids.add(chunk.id)
    for (const block of blocks) claimed.add(block)
    return true
  })
}

/** The cells must be locked. */
export async function insertChunks(client: Queries, chunks: readonly Chunk[]): Promise<void> {
  if (chunks.length === 0) return
  await client.query(
    `INSERT INTO chunks (id, cell, engine, first_block, blocks)
     SELECT given.id, cells.key, given.engine, given.first_block, given.blocks
     FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[]) WITH ORDINALITY
       AS given (id, cell, engine, first_block, blocks, place) JOIN cells ON cells.id = given.cell
     ORDER BY given.place`,
    chunkColumns(chunks),
  )
}

function chunkColumns(chunks: readonly Chunk[]): unknown[] {
  return [
    chunks.map(({ id }) => id),
    chunks.map(({ cell }) => cell),
    chunks.map(({ engine }) => engine),
    chunks.map(({ firstBlock }) => firstBlock),
    chunks.map(({ blocks }) => blocks),
  ]
}

/** The chunk is no longer live; the cell must be locked. */
export async function endChunk(client: Queries, chunkId: string): Promise<void> {
  await client.query('DELETE FROM chunks WHERE id = $1', [chunkId])
}

/** Ends claims without a result; gives the ids of those that were live. */
export async function releaseChunks(client: Queries, chunkIds: readonly string[]): Promise<readonly string[]> {
  const { rows: cells } = await client.query<{ id: string }>(
    'SELECT DISTINCT cells.id FROM chunks JOIN cells ON cells.key = chunks.cell WHERE chunks.id = ANY($1::text[])',
    [chunkIds],
  )
  await lockCells(client, cells.map(({ id }) => id))
  const { rows } = await client.query<{ id: string }>('DELETE FROM chunks WHERE id = ANY($1::text[]) RETURNING id', [chunkIds])
  return rows.map(({ id }) => id)
}

/** Every live chunk of an engine, oldest first; of the blocks that one of these sweeps wants, if they are given. */
export async function unfinishedChunks(queries: Queries, engine: EngineKind, sweeps: readonly string[] | null): Promise<readonly Chunk[]> {
  const { rows } = await queries.query<ChunkRow>(
    `SELECT chunks.id, cells.id AS cell, chunks.engine, chunks.first_block, chunks.blocks
     FROM chunks JOIN cells ON cells.key = chunks.cell
     WHERE chunks.engine = $1 AND ($2::text[] IS NULL OR EXISTS (SELECT FROM sweep_cells wish
       WHERE wish.cell = chunks.cell AND wish.goal_blocks > chunks.first_block AND wish.sweep = ANY($2)))
     ORDER BY chunks.number`,
    [engine, sweeps],
  )
  return rows.map(chunkOf)
}

/** A live chunk with its cell's description and what is to be measured of it, or null. */
export async function chunkWork(queries: Queries, chunkId: string): Promise<ChunkWork | null> {
  const { rows } = await queries.query<ChunkRow & { spec: TrialSpec; measures: boolean }>(
    `SELECT chunks.id, cells.id AS cell, chunks.engine, chunks.first_block, chunks.blocks, cells.spec,
       EXISTS (SELECT FROM sweeps WHERE state = 'active' AND measure <> '{}') AS measures
     FROM chunks JOIN cells ON cells.key = chunks.cell WHERE chunks.id = $1`,
    [chunkId],
  )
  const row = rows[0]
  if (row === undefined) return null
  return { chunk: chunkOf(row), spec: row.spec, sets: row.measures ? await lackingSets(queries, chunkId) : [] }
}
