import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { CELL_ID_PATTERN, CollapsarError, MAXIMUM_COLUMNS_BYTES, wireBlock } from '@collapsar/sweep'
import type { EncodedBlock, EngineVersion, WireBlock } from '@collapsar/sweep'
import { isBlock } from './chunk-list.ts'
import { FIRST_SEAL, readSealed, sealLine, wrongLine } from './sealed-file.ts'
import type { SealedLine } from './sealed-file.ts'

const FORMAT = 'collapsar blocks/1'

/** Who trained the blocks of a file, and from which list. */
export interface ResultHeader {
  /** Seal of the list. */
  readonly list: string
  readonly engine: EngineVersion
  /** Under which name the blocks are recorded and audited. */
  readonly worker: string
}

export interface ResultLine extends WireBlock {
  readonly cell: string
  /** In the file, from 1. */
  readonly number: number
}

/** @throws CollapsarError `invalid-file` naming the line */
export async function readResultHeader(path: string): Promise<ResultHeader> {
  for await (const { fields } of readSealed(path)) return headerOf(path, fields)
  throw new CollapsarError('invalid-file', `${path} is empty; accepted: a file that "chunks run" wrote`)
}

/** The blocks of a file of results, one at a time. @throws CollapsarError `invalid-file` naming the line */
export async function* readResult(path: string): AsyncGenerator<ResultLine> {
  for await (const line of readSealed(path)) {
    if (line.number === 1) headerOf(path, line.fields)
    else yield resultLine(path, line)
  }
}

function headerOf(path: string, { format, list, engine, worker }: Readonly<Record<string, unknown>>): ResultHeader {
  const isHeader = format === FORMAT && typeof list === 'string' && typeof worker === 'string' && WORKER_PATTERN.test(worker) && isEngine(engine)
  if (isHeader) return { list, engine, worker }
  throw wrongLine(path, 1, `is not the beginning of a file of results; accepted: format ${JSON.stringify(FORMAT)}`)
}

const WORKER_PATTERN = /^[\w.-]{1,128}$/

function isEngine(value: unknown): value is EngineVersion {
  const { id, version } = (value ?? {}) as Partial<Record<keyof EngineVersion, unknown>>
  return typeof id === 'string' && /^[\w.-]{1,64}$/.test(id) && typeof version === 'string' && /^[\w.-]{1,64}$/.test(version)
}

function resultLine(path: string, { number, fields }: SealedLine): ResultLine {
  const { cell, block, digest, columns } = fields
  const isResult =
    typeof cell === 'string' && CELL_ID_PATTERN.test(cell) && isBlock(block) &&
    typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) &&
    typeof columns === 'string' && columns.length <= (MAXIMUM_COLUMNS_BYTES * 4) / 3
  if (isResult) return { cell, block, digest, columns, number }
  throw wrongLine(path, number, 'is not a block of a cell')
}

/** A file of results that grows, and what was in it. */
export interface ResultWriter {
  has(cell: string, block: number): boolean
  /** Resolves when the blocks are on the disk. */
  append(cell: string, blocks: readonly EncodedBlock[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a file of results to go on with it, or a new one. A last line that was cut off is dropped.
 * @throws CollapsarError `conflict` when it is of another list or another version of the engine; `invalid-file`
 */
export async function openResult(path: string, header: ResultHeader): Promise<ResultWriter> {
  const handle = await openFile(path)
  try {
    const found = await readExisting(path, header)
    await handle.truncate(found.end)
    return writerOn(handle, found.seal === FIRST_SEAL ? await writeHeader(handle, header) : found)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a')
  } catch (cause) {
    throw new CollapsarError('invalid-file', `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

interface Found {
  readonly blocks: Set<string>
  readonly seal: string
  readonly end: number
}

async function readExisting(path: string, header: ResultHeader): Promise<Found> {
  const blocks = new Set<string>()
  let [seal, end] = [FIRST_SEAL, 0]
  for await (const line of readSealed(path, 'skip')) {
    if (line.number === 1) refuseOther(path, headerOf(path, line.fields), header)
    else {
      const { cell, block } = resultLine(path, line)
      blocks.add(`${cell} ${block}`)
    }
    seal = line.seal
    end = line.end
  }
  return { blocks, seal, end }
}

/** Two versions of an engine are never mixed in one file. */
function refuseOther(path: string, found: ResultHeader, own: ResultHeader): void {
  if (found.list !== own.list) throw new CollapsarError('conflict', `${path} holds results of another list; give another file with --out`)
  const [before, now] = [found, own].map(({ engine }) => `${engine.id} ${engine.version}`)
  if (before !== now) throw new CollapsarError('conflict', `${path} was begun with the engine ${before}, this is ${now}; give another file with --out`)
}

async function writeHeader(handle: FileHandle, { list, engine, worker }: ResultHeader): Promise<Found> {
  const { text, seal } = sealLine(FIRST_SEAL, { format: FORMAT, list, engine, worker })
  await handle.appendFile(text)
  await handle.sync()
  return { blocks: new Set(), seal, end: Buffer.byteLength(text) }
}

function writerOn(handle: FileHandle, found: Found): ResultWriter {
  let { seal } = found
  return {
    has: (cell, block) => found.blocks.has(`${cell} ${block}`),
    append: async (cell, blocks) => {
      const texts = blocks.map((block) => {
        const line = sealLine(seal, { cell, ...wireBlock(block) })
        seal = line.seal
        return line.text
      })
      await handle.appendFile(texts.join(''))
      await handle.datasync()
      for (const { index } of blocks) found.blocks.add(`${cell} ${index}`)
    },
    close: () => handle.close(),
  }
}
