import { openOfflineTrainer } from '@collapsar/standalone'
import type { OfflineTrainer } from '@collapsar/standalone'
import { CollapsarError } from '@collapsar/sweep'
import type { Invocation } from '../command.ts'
import { EXIT } from '../command.ts'
import { engineChoice } from '../engine-choice.ts'
import { partOf, readChunkList } from './chunk-list.ts'
import type { ChunkList, ListedChunk } from './chunk-list.ts'
import { openResult } from './result-file.ts'
import type { ResultWriter } from './result-file.ts'

/** Trains a list of chunks on this machine. A chunk is on the disk before the next one begins; the same command goes on with it. */
export async function runChunks(invocation: Invocation, path: string): Promise<number> {
  const { options, configuration, terminal, log, signal } = invocation
  const out = options.text('out')
  if (out === null) throw new CollapsarError('usage', '--out is missing; accepted: the file for the results')
  const list = await readChunkList(path)
  const chunks = partOf(list.chunks, options.text('part'))
  const trainer = await openOfflineTrainer(engineChoice(options, configuration), log)
  try {
    const result = await openResult(out, { list: list.seal, engine: trainer.engine, worker: trainer.worker })
    try {
      for (const [place, chunk] of chunks.entries()) {
        if (signal.aborted) return EXIT.interrupted
        await trainMissing({ trainer, list, result }, chunk, signal)
        terminal.status(`${place + 1} of ${chunks.length} chunks`)
      }
    } finally {
      await result.close()
    }
    terminal.message(`${chunks.length} chunks are in ${out}`)
    return EXIT.ok
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted
    throw error
  } finally {
    await trainer.close()
  }
}

interface OfflineRun {
  readonly trainer: OfflineTrainer
  readonly list: ChunkList
  readonly result: ResultWriter
}

/** A chunk is written whole; where a machine went down in between, what follows the last block that is there is trained. */
async function trainMissing({ trainer, list, result }: OfflineRun, { cell, first, count }: ListedChunk, signal: AbortSignal): Promise<void> {
  const spec = list.specs.get(cell)
  if (spec === undefined) throw new Error(`the list has no description of ${cell}`)
  let done = 0
  while (done < count && result.has(cell, first + done)) done += 1
  if (done === count) return
  await result.append(cell, await trainer.train({ cell, spec, first: first + done, count: count - done }, signal))
}
