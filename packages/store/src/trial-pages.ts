import { BLOCK_TRIALS, decodeBlock } from '@collapsar/sweep'
import type { CellTrials } from '@collapsar/sweep'
import { allocateColumns, putRecord } from '@collapsar/trial'
import { goalBlocks } from './cell-count.ts'
import type { Queries } from './connection.ts'
import { prefixBlocks } from './read-cells.ts'

/** Trials from `from` to below `to`. */
export interface TrialRange {
  readonly from: number
  readonly to: number
}

/** 5,000 trials: 100 KB in columns, some milliseconds to unpack. */
const PAGE_BLOCKS = 50

/**
 * The records of a range of trials of a cell, page by page: what comes next is read when it is asked for. The range ends with the prefix as it
 * is when the first page is read, so that what is recorded meanwhile does not make it longer.
 * @throws CollapsarError `damaged`
 */
export async function* trialPages(queries: Queries, cell: string, { from, to }: TrialRange): AsyncGenerator<CellTrials> {
  const end = Math.min(goalBlocks(to), await prefixLength(queries, cell))
  let first = Math.floor(from / BLOCK_TRIALS)
  while (first < end) {
    const rows = await prefixBlocks(queries, { cell, first, end, limit: PAGE_BLOCKS })
    if (rows.length === 0) return
    yield pageOf(rows, { from, to })
    first = rows.length < PAGE_BLOCKS ? end : (rows.at(-1)?.index ?? end) + 1
  }
}

async function prefixLength(queries: Queries, cell: string): Promise<number> {
  const { rows } = await queries.query<{ prefix_blocks: number }>('SELECT prefix_blocks FROM cells WHERE id = $1', [cell])
  return rows[0]?.prefix_blocks ?? 0
}

function pageOf(blocks: Awaited<ReturnType<typeof prefixBlocks>>, { from, to }: TrialRange): CellTrials {
  const size = blocks.reduce((sum, { index }) => sum + overlap(index * BLOCK_TRIALS, { from, to }), 0)
  const trials = new Float64Array(size)
  const columns = allocateColumns(size)
  let place = 0
  for (const { index, columns: packed, digest } of blocks) {
    for (const [offset, record] of decodeBlock(packed, digest).entries()) {
      const trial = index * BLOCK_TRIALS + offset
      if (trial < from || trial >= to) continue
      trials[place] = trial
      putRecord(columns, place, record)
      place += 1
    }
  }
  return { trials, columns }
}

/** How many trials of the block that begins there lie in the range. */
function overlap(first: number, { from, to }: TrialRange): number {
  return Math.max(0, Math.min(to, first + BLOCK_TRIALS) - Math.max(from, first))
}
