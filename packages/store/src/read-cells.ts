import { BLOCK_TRIALS, decodeBlock, decodeTally, EMPTY_TALLY } from '@collapsar/sweep'
import type { CellCounts, CellTrials } from '@collapsar/sweep'
import { allocateColumns, putRecord } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import { goalBlocks } from './cell-count.ts'
import type { Queries } from './connection.ts'
import { engineVersions } from './read-sweep.ts'

interface CountsRow {
  readonly tally: Buffer | null
  readonly prefix_blocks: number | null
  readonly prefix_gaps: number | null
  readonly engines: readonly number[] | null
}

/** The whole prefix of each cell, whoever asked for it, in the order asked; nothing counted for a cell that is unknown. */
export async function cellCounts(
  queries: Queries,
  cells: readonly { readonly cell: string; readonly spec: TrialSpec }[],
): Promise<readonly CellCounts[]> {
  const { rows } = await queries.query<CountsRow>(
    `SELECT tally, prefix_blocks, prefix_gaps, engines
     FROM unnest($1::text[]) WITH ORDINALITY AS given (cell, place) LEFT JOIN cells ON cells.id = given.cell ORDER BY place`,
    [cells.map(({ cell }) => cell)],
  )
  const versions = await engineVersions(queries)
  return rows.map((row, i) => ({
    ...(cells[i] as { cell: string; spec: TrialSpec }),
    inits: (row.prefix_blocks ?? 0) * BLOCK_TRIALS,
    tally: row.tally === null ? EMPTY_TALLY : decodeTally(row.tally),
    gaps: (row.prefix_gaps ?? 0) * BLOCK_TRIALS,
    digest: null,
    engines: (row.engines ?? []).flatMap((key) => versions.get(key) ?? []),
  }))
}

interface BlockRow {
  readonly index: number
  readonly columns: Buffer
  readonly digest: Buffer
}

const PAGE_BLOCKS = 500

/**
 * The records of the trials [0, inits) of a cell that exist in its prefix, by ascending index: the blocks before the first that is neither
 * recorded nor a gap.
 * @throws CollapsarError `damaged`
 */
export async function cellTrials(queries: Queries, cell: string, inits: number): Promise<CellTrials> {
  const indices: number[] = []
  const columns = allocateColumns(await countedTrials(queries, cell, inits))
  let next = 0
  for (;;) {
    const rows = await prefixBlocks(queries, { cell, first: next, end: goalBlocks(inits), limit: PAGE_BLOCKS })
    for (const { index, columns: packed, digest } of rows) {
      const first = index * BLOCK_TRIALS
      for (const [offset, record] of decodeBlock(packed, digest).slice(0, inits - first).entries()) {
        putRecord(columns, indices.length, record)
        indices.push(first + offset)
      }
    }
    if (rows.length < PAGE_BLOCKS) return { trials: Float64Array.from(indices), columns }
    next = (rows.at(-1)?.index ?? 0) + 1
  }
}

async function countedTrials(queries: Queries, cell: string, inits: number): Promise<number> {
  const { rows } = await queries.query<{ trials: number }>(
    `SELECT coalesce(sum(least(${BLOCK_TRIALS}, $2::bigint - index::bigint * ${BLOCK_TRIALS})), 0)::float8 AS trials
     FROM blocks JOIN cells ON cells.key = blocks.cell
     WHERE cells.id = $1 AND index < cells.prefix_blocks AND index < $3`,
    [cell, inits, goalBlocks(inits)],
  )
  return rows[0]?.trials ?? 0
}

interface Page {
  readonly cell: string
  readonly first: number
  readonly end: number
  /** Most blocks. */
  readonly limit: number
}

/** Blocks [first, end) of a cell, as far as its prefix goes, by ascending index. */
export async function prefixBlocks(queries: Queries, { cell, first, end, limit }: Page): Promise<readonly BlockRow[]> {
  const { rows } = await queries.query<BlockRow>(
    `SELECT index, columns, blocks.digest FROM blocks JOIN cells ON cells.key = blocks.cell
     WHERE cells.id = $1 AND index >= $2 AND index < least($3, cells.prefix_blocks) ORDER BY index LIMIT $4`,
    [cell, first, end, limit],
  )
  return rows
}
