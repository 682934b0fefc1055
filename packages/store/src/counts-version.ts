import { createHash } from 'node:crypto'
import type { Queries } from './connection.ts'

/**
 * Made of the versions of the rows that `sweepCells` reads, in the sweep's order: of the sweep's own row once it is frozen, of the
 * cell's as long as it is not, with the place of the frozen ones. A row's version is the transaction that wrote it (`xmin`), which any
 * change of the row replaces; after a restore all are others, and nothing worse follows than one answer in full.
 */
export async function countsVersion(queries: Queries, sweepId: string): Promise<string> {
  const { rows } = await queries.query<{ versions: string | null }>(
    `SELECT string_agg(CASE WHEN wish.tally IS NULL THEN 'c' || cells.xmin::text ELSE wish.xmin::text END, ' ' ORDER BY wish.position) AS versions
     FROM sweep_cells wish JOIN cells ON cells.key = wish.cell WHERE wish.sweep = $1`,
    [sweepId],
  )
  return createHash('sha256').update(rows[0]?.versions ?? '').digest('base64url')
}
