import { countRecorded } from '@collapsar/metrics'
import type { Metrics } from '@collapsar/metrics'
import type { Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { Chunk, ChunkWork, EngineKind } from '@collapsar/sweep'
import type { Logger } from 'pino'
import { compareEngines, EnginesDiffer } from './compare-engines.ts'
import type { Hands } from './hands.ts'
import { recordPatiently } from './record-patiently.ts'
import type { Speedometer } from './speedometer.ts'
import type { Training } from './training.ts'
import { whileWanted } from './wanted.ts'

export interface ChunkDependencies {
  /** The worker's id. */
  readonly worker: string
  readonly engine: EngineKind
  readonly store: Store
  readonly training: Training
  readonly hands: Hands
  readonly speed: Speedometer
  readonly log: Logger
  readonly metrics?: Metrics
  /** Ends the worker: it cannot go on. */
  readonly giveUp: (reason: Error) => void
}

/**
 * Trains one delivered chunk and records it. Rejects only when the delivery is aborted. What else may become of it: it is no
 * longer wanted, it failed itself, which the store counts, or the worker cannot go on, which counts for nothing.
 */
export async function handleChunk(deps: ChunkDependencies, chunk: Chunk, signal: AbortSignal): Promise<void> {
  const { store, log } = deps
  const work = await store.chunkWork(chunk.id)
  if (work === null) {
    log.debug({ chunk: chunk.id }, 'chunk was no longer wanted')
    return
  }
  log.debug({ worker: deps.worker, chunk: chunk.id, cell: chunk.cell, blocks: chunk.blocks }, 'chunk started')
  const wanted = whileWanted(store, chunk.id, signal)
  try {
    await trainAndRecord(deps, work, { wanted: wanted.signal, delivered: signal, untilTrained: wanted.stop })
  } catch (error) {
    if (signal.aborted) throw error
    if (wanted.signal.aborted) log.info({ chunk: chunk.id }, 'chunk was given up, it is no longer wanted')
    else if (isQuarantine(error)) log.warn({ err: error, chunk: chunk.id }, 'chunk was not recorded')
    else if (isOfWorker(error)) deps.giveUp(error)
    else await countFailure(deps, work, error)
  } finally {
    wanted.stop()
  }
}

interface Phases {
  /** Aborts training that nobody wants. */
  readonly wanted: AbortSignal
  /** What was trained is recorded whether it is wanted or not, as long as the delivery lasts. */
  readonly delivered: AbortSignal
  readonly untilTrained: () => void
}

async function trainAndRecord(deps: ChunkDependencies, work: ChunkWork, { wanted, delivered, untilTrained }: Phases): Promise<void> {
  const { worker, training, log } = deps
  const { chunk } = work
  const hand = deps.hands.take(work)
  try {
    const { contradictions, seconds, ...encoded } = await training.train(work, wanted)
    untilTrained()
    hand.trained()
    for (const contradiction of contradictions) log.error({ cell: chunk.cell, ...contradiction }, 'audit contradicted a certified death')
    deps.speed.add(work, seconds)
    deps.metrics?.chunkSeconds.observe({ engine: deps.engine }, seconds)
    await compareEngines(deps, work, delivered)
    const counts = await recordPatiently(deps, { chunk, ...encoded, engine: training.engine, worker, seconds }, delivered)
    if (deps.metrics !== undefined) countRecorded(deps.metrics, { engine: deps.engine, blocks: encoded.blocks, counts })
    const { recorded, duplicate } = counts
    log.info({ worker, chunk: chunk.id, cell: chunk.cell, seconds, recorded, duplicate }, 'chunk recorded')
  } finally {
    hand.released()
  }
}

async function countFailure({ store, log, metrics }: ChunkDependencies, { chunk, sets }: ChunkWork, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error)
  const consequence = await store.fail(chunk.id, reason)
  // Given up for its sets alone, the block is tried again without them.
  if (consequence === 'gap' && sets.length === 0) metrics?.blocks.inc({ result: 'gap' })
  log.error({ err: error, chunk: chunk.id, cell: chunk.cell, consequence }, 'chunk failed')
}

/** The next heartbeat tells the worker so; the chunk is offered to others again. */
function isQuarantine(error: unknown): boolean {
  return error instanceof CollapsarError && error.code === 'not-allowed'
}

/** A full disk, an engine that is gone or has other bits: no chunk is to blame, and waiting does not help. */
function isOfWorker(error: unknown): error is CollapsarError {
  if (error instanceof EnginesDiffer) return true
  return error instanceof CollapsarError && (error.code === 'storage' || error.code === 'engine-unavailable')
}
