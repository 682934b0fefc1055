import { addTallies, CollapsarError, decodeBlock, encodeTally, tallyOf } from '@collapsar/sweep'
import type { Tally } from '@collapsar/sweep'
import { decodeBlockTally, encodeBlockTally } from './block-tally.ts'
import { CellCount, goalBlocks } from './cell-count.ts'
import type { Count, CountedBlock } from './cell-count.ts'
import { EMPTY_PREFIX } from './cell-rows.ts'
import type { Prefix } from './cell-rows.ts'
import type { Queries } from './connection.ts'
import type { Mismatch } from './store.ts'

export interface Verification {
  readonly cells: number
  readonly blocks: number
  readonly mismatches: readonly Mismatch[]
}

/**
 * Recomputes everything that is derived, from the columns of the blocks, and compares it with what is stored. Reads a
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
    mismatches.push(...found)
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

interface CellRow {
  readonly key: number
  readonly id: string
  readonly prefix_blocks: number
  readonly prefix_gaps: number
  readonly tally: Buffer
  readonly gaps: readonly number[]
}

async function nextCell(queries: Queries, lastKey: number): Promise<CellRow | null> {
  const { rows } = await queries.query<CellRow>(
    `SELECT key, id, prefix_blocks, prefix_gaps, tally,
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

interface SweepRow {
  readonly sweep: string
  readonly inits: number
  readonly tally: Buffer | null
  readonly gaps: number
  readonly digest: string | null
  readonly engines: readonly number[]
}

async function sweepRows(queries: Queries, cell: number): Promise<SweepRow[]> {
  const { rows } = await queries.query<SweepRow>(
    `SELECT sweep, inits, tally, gaps, encode(digest, 'hex') AS digest, engines
     FROM sweep_cells WHERE cell = $1 ORDER BY sweep, position`,
    [cell],
  )
  return rows
}

interface BlockRow {
  readonly index: number
  readonly engine: number
  readonly digest: Buffer
  readonly tally: Buffer
  readonly columns: Buffer
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

/** Follows one cell's blocks in order and collects what disagrees. */
class CellCheck {
  readonly #cell: CellRow
  readonly #rows: readonly SweepRow[]
  readonly #counts: readonly CellCount[]
  readonly #uncountable = new Map<CellCount, string>()
  readonly #gaps: Set<number>
  readonly #mismatches: Mismatch[] = []
  #prefix = EMPTY_PREFIX

  constructor(cell: CellRow, rows: readonly SweepRow[]) {
    this.#cell = cell
    this.#rows = rows
    this.#counts = [...new Set(rows.map(({ inits }) => inits))].map((inits) => new CellCount(inits))
    this.#gaps = new Set(cell.gaps)
  }

  /** Blocks in ascending order. A block that cannot be unpacked is reported, and counted by its stored tally. */
  add(page: readonly BlockRow[]): void {
    const blocks = page.flatMap((row) => this.#checkBlock(row))
    for (const count of this.#counts) this.#addTo(count, blocks)
    this.#extendPrefix(blocks)
  }

  #checkBlock(row: BlockRow): CountedBlock[] {
    if (this.#gaps.has(row.index)) this.#report(row.index, 'is recorded and a gap at once')
    const recomputed = this.#attempt(row.index, () => tallyOf(decodeBlock(row.columns, row.digest)))
    const stored = this.#attempt(row.index, () => decodeBlockTally(row.tally))
    if (recomputed !== null && Buffer.compare(encodeBlockTally(recomputed), row.tally) !== 0) {
      this.#report(row.index, 'its tally differs from its records')
    }
    const tally = recomputed ?? stored
    return tally === null ? [] : [{ ...row, tally }]
  }

  #attempt(block: number, read: () => Tally): Tally | null {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof CollapsarError)) throw error
      this.#report(block, error.message)
      return null
    }
  }

  #addTo(count: CellCount, blocks: readonly CountedBlock[]): void {
    try {
      count.add(blocks)
    } catch (error) {
      if (!(error instanceof CollapsarError)) throw error
      this.#uncountable.set(count, error.message)
    }
  }

  #extendPrefix(blocks: readonly CountedBlock[]): void {
    const tallies: Tally[] = []
    let { blocks: length, gaps } = this.#prefix
    for (const { index, tally } of blocks) {
      for (; length < index && this.#gaps.has(length); length += 1) gaps += 1
      if (index !== length) continue
      tallies.push(tally)
      length += 1
    }
    this.#prefix = { blocks: length, gaps, tally: addTallies([this.#prefix.tally, ...tallies]) }
  }

  finish(): readonly Mismatch[] {
    let { blocks, gaps } = this.#prefix
    for (; this.#gaps.has(blocks); blocks += 1) gaps += 1
    this.#checkPrefix({ blocks, gaps, tally: this.#prefix.tally })
    for (const row of this.#rows) this.#checkRow(row)
    return this.#mismatches
  }

  #checkPrefix(prefix: Prefix): void {
    const cell = this.#cell
    if (cell.prefix_blocks !== prefix.blocks || cell.prefix_gaps !== prefix.gaps) {
      this.#report(
        null,
        `its prefix is ${cell.prefix_blocks} blocks with ${cell.prefix_gaps} gaps; its blocks give ${prefix.blocks} with ${prefix.gaps}`,
      )
    }
    if (!sameTally(cell.tally, prefix.tally)) this.#report(null, 'its tally differs from the sum of its blocks')
  }

  #checkRow(row: SweepRow): void {
    const count = this.#counts.find(({ inits }) => inits === row.inits)
    if (count === undefined) return
    if (row.tally === null) {
      const passed = goalBlocks(row.inits) <= this.#cell.prefix_blocks
      if (passed) this.#report(null, `its row of sweep ${row.sweep} is open although ${row.inits} trials are there`)
      return
    }
    const obstacle = this.#uncountable.get(count)
    if (obstacle !== undefined) this.#report(null, `its row of sweep ${row.sweep} cannot be recomputed: ${obstacle}`)
    else for (const what of differences(row, row.tally, count.result())) {
      this.#report(null, `its row of sweep ${row.sweep} has another ${what} than its blocks`)
    }
  }

  #report(block: number | null, detail: string): void {
    this.#mismatches.push({ cell: this.#cell.id, block, detail })
  }
}

function differences(row: SweepRow, tally: Buffer, count: Count): string[] {
  const differs = {
    'tally': !sameTally(tally, count.tally),
    'number of lost trials': row.gaps !== count.lost,
    'digest': row.digest !== count.digest,
    'list of engines': row.engines.join() !== count.engines.join(),
  }
  return Object.entries(differs).flatMap(([what, different]) => (different ? [what] : []))
}

function sameTally(stored: Buffer, tally: Tally): boolean {
  return Buffer.compare(stored, encodeTally(tally)) === 0
}
