import { addTallies, CollapsarError, decodeTally, EMPTY_TALLY, encodeTally } from '@collapsar/sweep'
import type { Tally } from '@collapsar/sweep'
import { hasPortableBits } from '@collapsar/trial'
import type { Numerics } from '@collapsar/trial'
import { decodeBlockTally } from './block-tally.ts'
import type { Queries } from './connection.ts'

/**
 * The order in which every transaction takes its locks, so that none can deadlock: a sweep's row, then cells by
 * ascending key, then a new engine, then whatever belongs to those cells (chunks, blocks, gaps, frozen rows).
 */

/** The contiguous run of settled blocks [0, blocks) of a cell and what it adds up to. */
export interface Prefix {
  readonly blocks: number
  /** Blocks of the run that are terminal gaps. */
  readonly gaps: number
  readonly tally: Tally
}

export const EMPTY_PREFIX: Prefix = { blocks: 0, gaps: 0, tally: EMPTY_TALLY }

export interface LockedCell {
  readonly key: number
  readonly id: string
  readonly prefix: Prefix
  /** Whether two trainings of one block must agree on every bit. */
  readonly isPortable: boolean
}

interface CellRow {
  readonly key: number
  readonly id: string
  readonly prefix_blocks: number
  readonly prefix_gaps: number
  readonly tally: Buffer
  readonly numerics: Numerics
}

/** Locks a cell until the end of the transaction. @throws CollapsarError `not-found` */
export async function lockCell(client: Queries, id: string): Promise<LockedCell> {
  return (await lockEach(client, [id])).get(id) as LockedCell
}

/** Locks each of these cells, in the order of their keys, until the end of the transaction; by id. @throws CollapsarError `not-found` */
export async function lockEach(client: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, LockedCell>> {
  const { rows } = await client.query<CellRow>(
    `SELECT key, id, prefix_blocks, prefix_gaps, tally, spec ->> 'numerics' AS numerics FROM cells
     WHERE id = ANY($1::text[]) ORDER BY key FOR NO KEY UPDATE`,
    [ids],
  )
  const cells = new Map(rows.map((row) => [row.id, lockedCell(row)]))
  const unknown = ids.find((id) => !cells.has(id))
  if (unknown !== undefined) throw new CollapsarError('not-found', `There is no cell "${unknown}".`)
  return cells
}

/** Locks cells in the order of their keys until the end of the transaction. Unknown ids are passed over. */
export async function lockCells(client: Queries, ids: readonly string[]): Promise<void> {
  await client.query('SELECT FROM cells WHERE id = ANY($1::text[]) ORDER BY key FOR NO KEY UPDATE', [ids])
}

function lockedCell(row: CellRow): LockedCell {
  const prefix = { blocks: row.prefix_blocks, gaps: row.prefix_gaps, tally: decodeTally(row.tally) }
  return { key: row.key, id: row.id, prefix, isPortable: hasPortableBits(row.numerics) }
}

export async function writePrefix(client: Queries, key: number, prefix: Prefix): Promise<void> {
  await client.query('UPDATE cells SET prefix_blocks = $2, prefix_gaps = $3, tally = $4 WHERE key = $1', [
    key,
    prefix.blocks,
    prefix.gaps,
    encodeTally(prefix.tally),
  ])
}

/** A block that is recorded, or a terminal gap (tally null). */
interface SettledBlock {
  readonly index: number
  readonly tally: Buffer | null
}

const PAGE_BLOCKS = 500

/** The prefix, longer by the settled blocks that follow it, folded in the order of the blocks. */
export async function extendPrefix(client: Queries, cell: number, prefix: Prefix): Promise<Prefix> {
  let extended = prefix
  for (;;) {
    const run = contiguous(await settledFrom(client, cell, extended.blocks), extended.blocks)
    const tallies = run.flatMap(({ tally }) => (tally === null ? [] : [decodeBlockTally(tally)]))
    extended = {
      blocks: extended.blocks + run.length,
      gaps: extended.gaps + run.length - tallies.length,
      tally: addTallies([extended.tally, ...tallies]),
    }
    if (run.length < PAGE_BLOCKS) return extended
  }
}

async function settledFrom(client: Queries, cell: number, first: number): Promise<SettledBlock[]> {
  const { rows } = await client.query<SettledBlock>(
    `(SELECT index, tally FROM blocks WHERE cell = $1 AND index >= $2 ORDER BY index LIMIT $3)
     UNION ALL
     (SELECT index, NULL FROM gaps WHERE cell = $1 AND index >= $2 ORDER BY index LIMIT $3)
     ORDER BY index LIMIT $3`,
    [cell, first, PAGE_BLOCKS],
  )
  return rows
}

/** The leading rows whose indices are first, first + 1, ... */
function contiguous(rows: readonly SettledBlock[], first: number): readonly SettledBlock[] {
  const end = rows.findIndex((row, offset) => row.index !== first + offset)
  return end === -1 ? rows : rows.slice(0, end)
}
