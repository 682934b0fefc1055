import type { Store } from '@collapsar/store'
import type { EncodedBlock } from '@collapsar/sweep'
import { aliveBlock } from '../support/blocks.ts'

/** Different blocks; cells and indices take turns at them. */
const PATTERNS = 64
/** "A few hundred a call is fast." */
const BLOCKS_PER_CALL = 400
/** Calls that wait for each other share a transaction, where cells have few blocks. */
const CALLS_AT_A_TIME = 16

let patterns: readonly EncodedBlock[] | null = null

/** Block `index` of a cell, the same whenever it is asked for: networks that are alive, as hard to pack as real ones. */
function syntheticBlock(cell: string, index: number): EncodedBlock {
  const first = Number.parseInt(cell.slice('c1_'.length, 'c1_'.length + 6), 16)
  patterns ??= Array.from({ length: PATTERNS }, (_, pattern) => aliveBlock(1 + pattern, 0))
  return { ...patterns[(first + index) % PATTERNS]!, index }
}

/** Records the blocks [first, end) of every cell through the store's own path for blocks that were trained elsewhere. */
export async function recordSyntheticBlocks(store: Store, cells: readonly string[], [first, end]: readonly [number, number]): Promise<void> {
  const calls = cells.flatMap((cell) => {
    const starts = Array.from({ length: Math.ceil((end - first) / BLOCKS_PER_CALL) }, (_, call) => first + call * BLOCKS_PER_CALL)
    return starts.map((start) => ({ cell, start }))
  })
  const next = calls.values()
  const record = async () => {
    for (const { cell, start } of next) {
      const count = Math.min(BLOCKS_PER_CALL, end - start)
      await store.recordBlocks(cell, Array.from({ length: count }, (_, i) => syntheticBlock(cell, start + i)), { id: 'synthetic', version: '1' })
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, record))
}
