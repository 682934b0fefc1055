import type { EngineVersion } from '@collapsar/sweep'
import type { Queries } from './connection.ts'
import type { ForeignBlock } from './store.ts'

/**
 * The first block of a cell, where engines trained it of which this is none. Nearly always the cell's row alone is read: it
 * names its engines.
 */
export async function foreignBlock(queries: Queries, cell: string, engine: EngineVersion): Promise<ForeignBlock | null> {
  const { rows } = await queries.query<{ index: number; digest: Buffer; id: string; version: string }>(
    `SELECT first.index, first.digest, engines.id, engines.version
     FROM cells
     CROSS JOIN LATERAL (SELECT index, digest, engine FROM blocks WHERE blocks.cell = cells.key ORDER BY index LIMIT 1) first
     JOIN engines ON engines.key = first.engine
     WHERE cells.id = $1 AND cells.engines <> '{}'
       AND NOT EXISTS (SELECT FROM engines own WHERE own.id = $2 AND own.version = $3 AND own.key = ANY (cells.engines))`,
    [cell, engine.id, engine.version],
  )
  const row = rows[0]
  return row === undefined ? null : { index: row.index, digest: row.digest, engine: { id: row.id, version: row.version } }
}
