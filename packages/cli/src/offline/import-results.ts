import type { Backends } from '@collapsar/standalone'
import { CollapsarError, encodedBlock } from '@collapsar/sweep'
import type { EncodedBlock } from '@collapsar/sweep'
import type { Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { withBackends } from '../with-backends.ts'
import { readResult, readResultHeader } from './result-file.ts'
import type { ResultHeader, ResultLine } from './result-file.ts'
import { wrongLine } from './sealed-file.ts'

/** Blocks of one statement. */
const BATCH_BLOCKS = 100

/** Records files of results. Each is read to its end first: of a file with a fault nothing is recorded. A second import changes nothing. */
export async function importResults(invocation: Invocation, paths: readonly string[]): Promise<number> {
  if (paths.length === 0) throw new CollapsarError('usage', 'collapsar chunks import takes at least one file of results')
  return withBackends(invocation, async ({ store }) => {
    for (const path of paths) {
      await check(store, path)
      const { recorded, duplicate } = await record(store, path)
      invocation.terminal.message(`${path}: ${recorded} blocks recorded, ${duplicate} were there`)
    }
    // An embedded database has no planner that would notice.
    await store.finishSweeps()
    return EXIT.ok
  })
}

async function check(store: Backends['store'], path: string): Promise<void> {
  await readResultHeader(path)
  const known = new Set<string>()
  for await (const line of readResult(path)) {
    blockOf(path, line)
    if (known.has(line.cell)) continue
    if ((await store.cellSpec(line.cell)) === null) throw wrongLine(path, line.number, `is of the cell ${line.cell}, which nobody here has asked for`)
    known.add(line.cell)
  }
}

function blockOf(path: string, line: ResultLine): EncodedBlock {
  try {
    return encodedBlock(line)
  } catch (error) {
    throw error instanceof CollapsarError ? wrongLine(path, line.number, `is damaged: ${error.message}`) : error
  }
}

interface Counts {
  readonly recorded: number
  readonly duplicate: number
}

async function record(store: Backends['store'], path: string): Promise<Counts> {
  const header = await readResultHeader(path)
  let counts: Counts = { recorded: 0, duplicate: 0 }
  for await (const { cell, blocks } of batches(path)) counts = added(counts, await recordBatch(store, header, { cell, blocks }))
  return counts
}

function added(a: Counts, b: Counts): Counts {
  return { recorded: a.recorded + b.recorded, duplicate: a.duplicate + b.duplicate }
}

interface Batch {
  readonly cell: string
  readonly blocks: readonly EncodedBlock[]
}

function recordBatch(store: Backends['store'], { engine, worker }: ResultHeader, batch: Batch): Promise<Counts> {
  return store.importBlocks({ ...batch, engine, worker })
}

/** Neighbouring lines of one cell. */
async function* batches(path: string): AsyncGenerator<Batch> {
  let [cell, blocks]: [string, EncodedBlock[]] = ['', []]
  for await (const line of readResult(path)) {
    if (blocks.length > 0 && (line.cell !== cell || blocks.length === BATCH_BLOCKS)) {
      yield { cell, blocks }
      blocks = []
    }
    cell = line.cell
    blocks.push(blockOf(path, line))
  }
  if (blocks.length > 0) yield { cell, blocks }
}
