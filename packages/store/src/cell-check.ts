import { addTallies, CollapsarError, collapsedTrials, decodeBlock, encodeTally, tallyOf } from '@collapsar/sweep'
import type { Tally } from '@collapsar/sweep'
import { decodeBlockTally, encodeBlockTally } from './block-tally.ts'
import { CellCount, goalBlocks } from './cell-count.ts'
import type { Count, CountedBlock } from './cell-count.ts'
import { EMPTY_PREFIX } from './cell-rows.ts'
import type { Prefix } from './cell-rows.ts'
import type { Mismatch } from './store.ts'

/** A cell as it is stored, with the indices of its terminal gaps. */
export interface CellRow {
  readonly key: number
  readonly id: string
  readonly prefix_blocks: number
  readonly prefix_gaps: number
  readonly tally: Buffer
  /** What cells are found by; null for a tally that the database cannot read. */
  readonly trials: number | null
  readonly collapsed: number | null
  readonly gaps: readonly number[]
}

/** What a sweep's row says of the cell; tally and digest are null while it is open. */
export interface SweepRow {
  readonly sweep: string
  readonly inits: number
  readonly tally: Buffer | null
  readonly gaps: number
  readonly digest: string | null
  readonly engines: readonly number[]
}

/** A block as it is stored. */
export interface BlockRow {
  readonly index: number
  readonly engine: number
  readonly digest: Buffer
  readonly tally: Buffer
  readonly columns: Buffer
}

/** Follows one cell's blocks in order and collects what disagrees. */
export class CellCheck {
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
    if (cell.trials !== prefix.tally.trials || cell.collapsed !== collapsedTrials(prefix.tally)) {
      this.#report(null, 'the numbers it is found by differ from the sum of its blocks')
    }
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
