import { writeFile } from 'node:fs/promises'
import { ASSUMED_FLOPS_PER_THREAD, CollapsarError, nextChunks, planRound } from '@collapsar/sweep'
import type { CellProgress } from '@collapsar/sweep'
import type { Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { requireSweep } from '../require-sweep.ts'
import { withBackends } from '../with-backends.ts'
import { chunkListText, partOf } from './chunk-list.ts'
import type { ListedChunk } from './chunk-list.ts'

/** A chunk is what a job that is killed loses: some seconds of one core. */
const CHUNK_SECONDS = 15
const MAXIMUM_CHUNK_BLOCKS = 200
/** Chunks of one list: a line of 130 bytes each. */
const MAXIMUM_CHUNKS = 1_000_000

/**
 * Writes what a sweep lacks as a list of chunks. It claims nothing, so that nothing waits for a cluster that never answers: what
 * others train meanwhile is trained twice, and counted once.
 */
export async function exportChunks(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  const id = options.text('sweep') ?? missing('--sweep', 'the id of a sweep')
  const out = options.text('out') ?? missing('--out', 'the file to write')
  return withBackends(invocation, async ({ store }) => {
    const sweep = await requireSweep(store, id)
    const progress = chosenCells(await store.progress(sweep.id), options.text('cells'))
    const chunks = partOf(openChunks(progress), options.text('part'))
    const listed = new Set(chunks.map(({ cell }) => cell))
    const specs = new Map(progress.flatMap(({ cell, spec }) => (listed.has(cell) ? [[cell, spec] as const] : [])))
    await writeList(out, chunkListText({ sweep: sweep.id, specs, chunks }))
    const blocks = chunks.reduce((sum, { count }) => sum + count, 0)
    terminal.message(`${blocks} blocks of ${specs.size} cells in ${chunks.length} chunks: ${out}`)
    if (sweep.measure.length > 0) terminal.message(`${sweep.measure.join(', ')} of these trials will be measured by workers after the import`)
    return EXIT.ok
  })
}

/** A list is written once: two lists under one name would be taken for one. */
async function writeList(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: unknown) => {
    throw new CollapsarError('invalid-file', `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  })
}

function missing(option: string, accepted: string): never {
  throw new CollapsarError('usage', `${option} is missing; accepted: ${accepted}`)
}

function chosenCells(progress: readonly CellProgress[], cells: string | null): readonly CellProgress[] {
  if (cells === null) return progress
  const ids = cells.split(',').map((id) => id.trim())
  const unknown = ids.find((id) => progress.every(({ cell }) => cell !== id))
  if (unknown !== undefined) throw new CollapsarError('not-found', `The sweep has no cell ${JSON.stringify(unknown)}`)
  return progress.filter(({ cell }) => ids.includes(cell))
}

/** Open blocks, the lowest of all cells first. */
function openChunks(progress: readonly CellProgress[]): ListedChunk[] {
  const plan = planRound(progress)
  const sizing = { flopsPerSecond: ASSUMED_FLOPS_PER_THREAD, targetSeconds: CHUNK_SECONDS, maximumBlocks: MAXIMUM_CHUNK_BLOCKS }
  const open = plan.kind === 'round' ? [plan.open] : []
  const chunks = nextChunks(open, MAXIMUM_CHUNKS, sizing, () => ({ id: '', engine: 'cpu' }))
  return chunks.map(({ cell, firstBlock, blocks }) => ({ cell, first: firstBlock, count: blocks }))
}
