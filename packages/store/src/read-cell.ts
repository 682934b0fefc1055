import type { CellCounts } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import type { Queries } from './connection.ts'
import { cellCounts } from './read-cells.ts'
import type { SweepState } from './store.ts'

/** One cell, whoever asked for it. */
export interface CellRecord {
  /** The whole prefix. */
  readonly counts: CellCounts
  /** The sweeps that read it, newest first, at most MAXIMUM_LISTED. */
  readonly sweeps: readonly CellSweep[]
  /** Blocks that were lost for good, by index, at most MAXIMUM_LISTED. */
  readonly lost: readonly { readonly block: number; readonly reason: string }[]
}

export interface CellSweep {
  readonly id: string
  readonly name: string
  readonly state: SweepState
  /** Trials that it reads: [0, inits). */
  readonly inits: number
}

/** What a page of text can hold; a cell of everybody's favourite setting may be read by thousands. */
export const MAXIMUM_LISTED = 100

/** null for an unknown cell. */
export async function readCell(queries: Queries, id: string): Promise<CellRecord | null> {
  const { rows } = await queries.query<{ key: number; spec: TrialSpec }>('SELECT key, spec FROM cells WHERE id = $1', [id])
  const row = rows[0]
  if (row === undefined) return null
  const [[counts], sweeps, lost] = await Promise.all([
    cellCounts(queries, [{ cell: id, spec: row.spec }]),
    sweepsOf(queries, row.key),
    lostBlocks(queries, row.key),
  ])
  return counts === undefined ? null : { counts, sweeps, lost }
}

async function sweepsOf(queries: Queries, cell: number): Promise<readonly CellSweep[]> {
  const { rows } = await queries.query<CellSweep>(
    `SELECT sweeps.id, name, state, inits FROM sweep_cells JOIN sweeps ON sweeps.id = sweep_cells.sweep
     WHERE sweep_cells.cell = $1 ORDER BY created_at DESC, sweeps.id LIMIT $2`,
    [cell, MAXIMUM_LISTED],
  )
  return rows
}

async function lostBlocks(queries: Queries, cell: number): Promise<CellRecord['lost']> {
  const { rows } = await queries.query<{ block: number; reason: string }>(
    'SELECT index AS block, reason FROM gaps WHERE cell = $1 ORDER BY index LIMIT $2',
    [cell, MAXIMUM_LISTED],
  )
  return rows
}
