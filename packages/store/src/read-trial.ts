import { BLOCK_TRIALS, decodeBlock } from '@collapsar/sweep'
import type { EngineVersion } from '@collapsar/sweep'
import type { TrialRecord } from '@collapsar/trial'
import type { Queries } from './connection.ts'

interface TrialRow {
  readonly columns: Buffer
  readonly digest: Buffer
  readonly id: string
  readonly version: string
}

/**
 * The record of one trial and the engine that trained it; null when it is not recorded.
 * @throws CollapsarError `damaged`
 */
export async function readTrial(
  queries: Queries,
  cell: string,
  index: number,
): Promise<{ record: TrialRecord; engine: EngineVersion } | null> {
  const { rows } = await queries.query<TrialRow>(
    `SELECT blocks.columns, blocks.digest, engines.id, engines.version
     FROM blocks JOIN cells ON cells.key = blocks.cell JOIN engines ON engines.key = blocks.engine
     WHERE cells.id = $1 AND blocks.index = $2`,
    [cell, Math.floor(index / BLOCK_TRIALS)],
  )
  const row = rows[0]
  const record = row === undefined ? undefined : decodeBlock(row.columns, row.digest)[index % BLOCK_TRIALS]
  if (row === undefined || record === undefined) return null
  return { record, engine: { id: row.id, version: row.version } }
}
