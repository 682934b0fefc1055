import { BLOCK_TRIALS, encodeTally } from '@collapsar/sweep'
import { decodeBlockTally } from './block-tally.ts'
import { CellCount, goalBlocks } from './cell-count.ts'
import type { Count } from './cell-count.ts'
import type { Queries } from './connection.ts'

/**
 * Brings the frozen rows of a cell up to date: freezes those whose trials lie in the prefix, and counts again those
 * with gaps that reach beyond `firstFresh`, because a lost block of theirs may exist now. A frozen row without gaps
 * never changes, whatever other sweeps add to the cell. The caller holds the cell's lock.
 * @param firstFresh lowest index of the blocks just recorded; null when there is none
 */
export async function refreshFrozen(
  client: Queries,
  cell: number,
  prefixBlocks: number,
  firstFresh: number | null,
): Promise<void> {
  const { rows } = await client.query<{ inits: number }>(
    `SELECT DISTINCT inits FROM sweep_cells
     WHERE cell = $1 AND ((tally IS NULL AND goal_blocks <= $2) OR (gaps > 0 AND goal_blocks > $3::int))`,
    [cell, prefixBlocks, firstFresh],
  )
  for (const { inits } of rows) {
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
