import type { EncodedBlock, EncodedMeasurement } from '@collapsar/sweep'
import type { LockedCell } from './cell-rows.ts'
import type { Queries } from './connection.ts'

/** Blocks of one cell, and what was measured of them. */
export interface GivenPart {
  readonly cell: LockedCell
  readonly blocks: readonly EncodedBlock[]
  readonly measurements: readonly EncodedMeasurement[]
}

/** What counts of it: `blocks` and `measurements` are recorded, or found to be there with the same bits. */
export interface CountingPart extends GivenPart {
  /** Measured of networks with other bits than those recorded: no part of that block. */
  readonly unfit: readonly EncodedMeasurement[]
}

/**
 * Where bits are not portable, a block may rightly be trained twice to different bits (a redelivery, another card): the first
 * that is recorded counts, and the others are left out here, before anything is folded into a prefix; what was measured of them
 * counts only where their bits are those of the first. Elsewhere everything counts. The cells must be locked, so that nobody
 * records in between. One round trip; none without such a cell.
 */
export async function countingParts<P extends GivenPart>(client: Queries, parts: readonly P[]): Promise<readonly (P & CountingPart)[]> {
  const loose = parts.filter(({ cell }) => !cell.isPortable)
  const first = loose.length === 0 ? new Map<string, Uint8Array>() : await recordedDigests(client, loose)
  return parts.map((part) => ({ ...part, ...(part.cell.isPortable ? { unfit: [] } : countingOf(part, first)) }))
}

/** By `placeOf`. */
async function recordedDigests(client: Queries, parts: readonly GivenPart[]): Promise<Map<string, Uint8Array>> {
  const { rows } = await client.query<{ cell: number; index: number; digest: Buffer }>(
    `SELECT blocks.cell, blocks.index, blocks.digest FROM unnest($1::int[], $2::int[]) AS given (cell, index)
     JOIN blocks ON blocks.cell = given.cell AND blocks.index = given.index`,
    [parts.flatMap(({ cell, blocks }) => blocks.map(() => cell.key)), parts.flatMap(({ blocks }) => blocks.map(({ index }) => index))],
  )
  return new Map(rows.map(({ cell, index, digest }) => [placeOf(cell, index), digest]))
}

function placeOf(cell: number, index: number): string {
  return `${cell} ${index}`
}

/** @param first what is recorded so far; the part's blocks that are added to it count */
function countingOf({ cell, blocks, measurements }: GivenPart, first: Map<string, Uint8Array>): Omit<CountingPart, 'cell'> {
  const trained = new Map<number, Uint8Array>()
  const counting = blocks.filter(({ index, digest }) => {
    if (!trained.has(index)) trained.set(index, digest)
    if (first.has(placeOf(cell.key, index))) return false
    first.set(placeOf(cell.key, index), digest)
    return true
  })
  const fits = ({ index }: EncodedMeasurement): boolean => sameBytes(trained.get(index), first.get(placeOf(cell.key, index)))
  return { blocks: counting, measurements: measurements.filter(fits), unfit: measurements.filter((made) => !fits(made)) }
}

function sameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0
}
