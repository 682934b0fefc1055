import { runPlanner } from '@collapsar/planner'
import { createChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { describeSweep, parseSweep } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import type { Engine } from '@collapsar/trial'
import { runWorker, trainHere } from '@collapsar/worker'
import type { Training } from '@collapsar/worker'
import { pino } from 'pino'
import { vi } from 'vitest'

/** An engine of ours, watched: how many trials it was asked to train. */
export function countingEngine(engine: Engine): Engine & { trained(): number } {
  let trained = 0
  return {
    ...engine,
    train: (batch, signal, onProgress) => {
      trained += batch.trials.length
      return engine.train(batch, signal, onProgress)
    },
    trained: () => trained,
  }
}

export interface LaboratoryOptions {
  readonly databaseUrl: string
  readonly redisUrl?: string
  readonly engine: Engine
  /** Where the one worker trains; default: in this process, on the engine. */
  readonly training?: Training
  readonly workers?: number
  readonly concurrency?: number
  readonly chunkSeconds?: number
}

/** `runTogether` with one sweep. */
export async function runInLaboratory(source: unknown, options: LaboratoryOptions): Promise<SweepDocument> {
  const [document] = await runTogether([source], options)
  return document!
}

/** Planner and workers in this process on real servers, until all the sweeps are done. */
export async function runTogether(sources: readonly unknown[], options: LaboratoryOptions): Promise<SweepDocument[]> {
  const store = await openStore({ databaseUrl: options.databaseUrl })
  const queue = await createChunkQueue(
    options.redisUrl === undefined ? { databaseUrl: options.databaseUrl } : { redisUrl: options.redisUrl },
  )
  const log = pino({ level: process.env['COLLAPSAR_TEST_LOG'] ?? 'silent' })
  const deps = { store, queue, log }
  const ids: string[] = []
  for (const source of sources) ids.push((await store.createSweep(parseSweep(source))).sweep.id)
  const workers = await Promise.all(
    Array.from({ length: options.workers ?? 1 }, (_, index) =>
      runWorker({ ...deps, training: options.training ?? trainHere(options.engine) }, { id: `worker-${index}`, engine: 'cpu', threads: 1, concurrency: options.concurrency ?? 1 }),
    ),
  )
  const planner = runPlanner(deps, {
    sweeps: ids,
    pollSeconds: 0.2,
    reconcileSeconds: 0.5,
    ...(options.chunkSeconds !== undefined && { chunkSeconds: options.chunkSeconds }),
  })
  try {
    const documents: SweepDocument[] = []
    for (const id of ids) {
      await vi.waitUntil(async () => (await store.sweep(id))?.state === 'done', { timeout: 90_000, interval: 50 })
      documents.push(await documentOf(store, id))
    }
    return documents
  } finally {
    await planner.stop()
    await Promise.all(workers.map((worker) => worker.stop()))
    await queue.close()
    await store.close()
  }
}

export async function documentOf(store: Store, id: string): Promise<SweepDocument> {
  const record = await store.sweep(id)
  return describeSweep(record!, await store.sweepCells(id), new Date())
}
