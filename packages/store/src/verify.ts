import { CellCheck } from './cell-check.ts'
import type { BlockRow, CellRow, SweepRow } from './cell-check.ts'
import type { Queries } from './connection.ts'
import { verifyMeasurements } from './measurement-check.ts'
import type { Mismatch } from './store.ts'

export interface Verification {
  readonly cells: number
  readonly blocks: number
  readonly mismatches: readonly Mismatch[]
}

/**
 * Recomputes everything that is derived, from the columns of the blocks and of what was measured, and compares it with what is stored. Reads a
 * few hundred blocks at a time. Run it in one snapshot, so that what is recorded meanwhile is no mismatch.
 */
export async function verifyCells(queries: Queries, onProgress: (blocks: number) => void): Promise<Verification> {
  const mismatches = await verifyDone(queries)
  let cells = 0
  let blocks = 0
  let lastKey = 0
  for (;;) {
    const cell = await nextCell(queries, lastKey)
    if (cell === null) return { cells, blocks, mismatches }
    const before = blocks
    const found = await verifyCell(queries, cell, (checked) => {
      blocks = before + checked
      onProgress(blocks)
    })
    mismatches.push(...found, ...(await verifyMeasurements(queries, cell)))
    cells += 1
    lastKey = cell.key
  }
}

/** A sweep is done only when all its rows are frozen. */
async function verifyDone(queries: Queries): Promise<Mismatch[]> {
  const { rows } = await queries.query<{ cell: string; sweep: string }>(
    `SELECT cells.id AS cell, sweeps.id AS sweep FROM sweeps JOIN sweep_cells wish ON wish.sweep = sweeps.id
     JOIN cells ON cells.key = wish.cell WHERE sweeps.state = 'done' AND wish.tally IS NULL`,
  )
  return rows.map(({ cell, sweep }) => ({ cell, block: null, detail: `sweep ${sweep} is done without this cell` }))
}

async function nextCell(queries: Queries, lastKey: number): Promise<CellRow | null> {
  const { rows } = await queries.query<CellRow>(
    `SELECT key, id, prefix_blocks, prefix_gaps, tally, trials::float8 AS trials, collapsed::float8 AS collapsed,
       ARRAY(SELECT index FROM gaps WHERE gaps.cell = cells.key ORDER BY index) AS gaps
     FROM cells WHERE key > $1 ORDER BY key LIMIT 1`,
    [lastKey],
  )
  return rows[0] ?? null
}

async function verifyCell(
  queries: Queries,
  cell: CellRow,
  onChecked: (blocks: number) => void,
): Promise<readonly Mismatch[]> {
  const frozen = await sweepRows(queries, cell.key)
  const check = new CellCheck(cell, frozen)
  let checked = 0
  for (let next = 0; ; ) {
    const page = await blocksFrom(queries, cell.key, next)
    check.add(page)
    checked += page.length
    onChecked(checked)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE_BLOCKS) return check.finish()
    next = last.index + 1
  }
}

async function sweepRows(queries: Queries, cell: number): Promise<SweepRow[]> {
  const { rows } = await queries.query<SweepRow>(
    `SELECT sweep, inits, tally, gaps, encode(digest, 'hex') AS digest, engines
     FROM sweep_cells WHERE cell = $1 ORDER BY sweep, position`,
    [cell],
  )
  return rows
}

const PAGE_BLOCKS = 400

async function blocksFrom(queries: Queries, cell: number, next: number): Promise<BlockRow[]> {
  const { rows } = await queries.query<BlockRow>(
    `SELECT index, engine, digest, tally, columns FROM blocks
     WHERE cell = $1 AND index >= $2 ORDER BY index LIMIT $3`,
    [cell, next, PAGE_BLOCKS],
  )
  return rows
}
