import { BLOCK_TRIALS, CELL_ID_PATTERN, cellId, CollapsarError } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import { FIRST_SEAL, readSealed, sealLine, wrongLine } from './sealed-file.ts'

const FORMAT = 'collapsar chunks/1'

/** Consecutive blocks of one cell: what is trained, and written, at once. */
export interface ListedChunk {
  readonly cell: string
  readonly first: number
  readonly count: number
}

export interface ChunkList {
  /** The sweep's id, for people. */
  readonly sweep: string
  /** By cell id. */
  readonly specs: ReadonlyMap<string, TrialSpec>
  readonly chunks: readonly ListedChunk[]
  /** Seal of the last line: the name of this list in its results. */
  readonly seal: string
}

/** The file: a header, a line for each cell, a line for each chunk, and an end that counts them. */
export function chunkListText({ sweep, specs, chunks }: Omit<ChunkList, 'seal'>): string {
  const lines: Record<string, unknown>[] = [
    { format: FORMAT, sweep },
    ...[...specs].map(([cell, spec]) => ({ cell, spec })),
    ...chunks.map(({ cell, first, count }) => ({ cell, first, count })),
    { end: chunks.length },
  ]
  let seal = FIRST_SEAL
  return lines
    .map((fields) => {
      const line = sealLine(seal, fields)
      seal = line.seal
      return line.text
    })
    .join('')
}

/** @throws CollapsarError `invalid-file` naming the line that is wrong, or that the end is missing */
export async function readChunkList(path: string): Promise<ChunkList> {
  const specs = new Map<string, TrialSpec>()
  const chunks: ListedChunk[] = []
  let [sweep, seal]: [string | null, string | null] = [null, null]
  for await (const { number, fields, seal: own } of readSealed(path)) {
    if (seal !== null) throw wrongLine(path, number, 'comes after the end')
    if (sweep === null) sweep = sweepOf(path, fields)
    else if ('end' in fields) seal = own
    else if (!('spec' in fields ? addSpec(specs, fields) : addChunk({ specs, chunks }, fields))) {
      throw wrongLine(path, number, 'is neither a cell with its description nor a range of blocks of one')
    }
  }
  if (sweep === null || seal === null) throw new CollapsarError('invalid-file', `${path} has no end: it was cut off`)
  return { sweep, specs, chunks, seal }
}

function sweepOf(path: string, { format, sweep }: Readonly<Record<string, unknown>>): string {
  if (format === FORMAT && typeof sweep === 'string') return sweep
  throw wrongLine(path, 1, `is not the beginning of a list of chunks; accepted: format ${JSON.stringify(FORMAT)}`)
}

/** The description makes the name: a list cannot train one cell under the name of another. */
function addSpec(specs: Map<string, TrialSpec>, { cell, spec }: Readonly<Record<string, unknown>>): boolean {
  if (typeof cell !== 'string' || !CELL_ID_PATTERN.test(cell) || cellId(spec as TrialSpec) !== cell) return false
  specs.set(cell, spec as TrialSpec)
  return true
}

/** Trials are numbered by 32 bits where it is least. */
const MAXIMUM_BLOCK = Math.floor(2 ** 31 / BLOCK_TRIALS)

function addChunk(
  { specs, chunks }: { readonly specs: ReadonlyMap<string, TrialSpec>; readonly chunks: ListedChunk[] },
  { cell, first, count }: Readonly<Record<string, unknown>>,
): boolean {
  if (typeof cell !== 'string' || !specs.has(cell) || !isBlock(first) || !isBlock(count) || count < 1) return false
  chunks.push({ cell, first, count })
  return true
}

export function isBlock(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < MAXIMUM_BLOCK
}

/** The part `k/n` of a list: every n-th of its chunks, so that parts take about as long. @throws CollapsarError `usage` */
export function partOf<T>(chunks: readonly T[], part: string | null): readonly T[] {
  if (part === null) return chunks
  const [k = 0, n = 0] = /^\d{1,6}\/\d{1,6}$/.test(part) ? part.split('/').map(Number) : []
  if (k < 1 || k > n) throw new CollapsarError('usage', `--part is ${part}; accepted: k/n with 1 <= k <= n, such as 1/8`)
  return chunks.filter((_, place) => place % n === k - 1)
}
