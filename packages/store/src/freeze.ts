import { BLOCK_TRIALS, encodeTally } from '@collapsar/sweep'
import { decodeBlockTally } from './block-tally.ts'
import { CellCount, goalBlocks } from './cell-count.ts'
import type { Count } from './cell-count.ts'
import type { Queries } from './connection.ts'

/** A cell that changed. */
export interface ChangedCell {
  /** The cell's key. */
  readonly cell: number
  readonly prefixBlocks: number
  /** Lowest index of the blocks just recorded; null when there is none. */
  readonly firstFresh: number | null
}

/** `refreshFrozenOf` for one cell. */
export async function refreshFrozen(client: Queries, cell: number, prefixBlocks: number, firstFresh: number | null): Promise<void> {
  await refreshFrozenOf(client, [{ cell, prefixBlocks, firstFresh }])
}

/**
 * Brings the frozen rows of cells up to date: freezes those whose trials lie in the prefix, and counts again those
 * with gaps that reach beyond `firstFresh`, because a lost block of theirs may exist now. A frozen row without gaps
 * never changes, whatever other sweeps add to the cell. The caller holds the cells' locks.
 */
export async function refreshFrozenOf(client: Queries, cells: readonly ChangedCell[]): Promise<void> {
  if (cells.length === 0) return
  const { rows } = await client.query<{ cell: number; inits: number; prefix_blocks: number; first_fresh: number | null }>(
    `SELECT DISTINCT wish.cell, wish.inits, given.prefix_blocks, given.first_fresh
     FROM unnest($1::int[], $2::int[], $3::int[]) AS given (cell, prefix_blocks, first_fresh) JOIN sweep_cells wish ON wish.cell = given.cell
     WHERE (wish.tally IS NULL AND wish.goal_blocks <= given.prefix_blocks)
       OR (wish.gaps > 0 AND wish.goal_blocks > given.first_fresh)`,
    [cells.map(({ cell }) => cell), cells.map(({ prefixBlocks }) => prefixBlocks), cells.map(({ firstFresh }) => firstFresh)],
  )
  for (const { cell, inits, prefix_blocks: prefixBlocks, first_fresh: firstFresh } of rows) {
    const count = await countTrials(client, cell, inits)
    await client.query(
      `UPDATE sweep_cells SET tally = $5, gaps = $6, digest = $7, engines = $8
       WHERE cell = $1 AND ((tally IS NULL AND goal_blocks <= $2) OR (gaps > 0 AND goal_blocks > $3::int)) AND inits = $4`,
      [cell, prefixBlocks, firstFresh, inits, encodeTally(count.tally), count.lost, digestBytes(count), count.engines],
    )
  }
}

function digestBytes(count: Count): Buffer {
  return Buffer.from(count.digest, 'hex')
}

interface BlockRow {
  readonly index: number
  readonly engine: number
  readonly digest: Buffer
  readonly tally: Buffer
  readonly columns: Buffer | null
}

const PAGE_BLOCKS = 1000

/** Counts exactly the trials [0, inits) from the blocks that are recorded; the rest is lost. */
async function countTrials(client: Queries, cell: number, inits: number): Promise<Count> {
  const count = new CellCount(inits)
  const goal = goalBlocks(inits)
  let next = 0
  while (next < goal) {
    const { rows } = await client.query<BlockRow>(
      `SELECT index, engine, digest, tally, CASE WHEN index = $4 THEN columns END AS columns
       FROM blocks WHERE cell = $1 AND index >= $2 AND index < $3 ORDER BY index LIMIT $5`,
      [cell, next, goal, Math.floor(inits / BLOCK_TRIALS), PAGE_BLOCKS],
    )
    count.add(rows.map((row) => ({ ...row, tally: decodeBlockTally(row.tally) })))
    next = rows.length < PAGE_BLOCKS ? goal : (rows.at(-1)?.index ?? goal) + 1
  }
  return count.result()
}
