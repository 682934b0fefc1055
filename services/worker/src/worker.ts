import { setTimeout as delay } from 'node:timers/promises'
import type { Metrics } from '@collapsar/metrics'
import type { ChunkQueue, Consumer } from '@collapsar/queue'
import type { Store, WorkerRecord } from '@collapsar/store'
import { BLOCK_TRIALS, CollapsarError, observedWorkFactor, trialFlops } from '@collapsar/sweep'
import type { Chunk, ChunkResult, ChunkWork } from '@collapsar/sweep'
import type { Engine } from '@collapsar/trial'
import type { Logger } from 'pino'
import { auditOne } from './audit.ts'
import { auditDeaths } from './death-audit.ts'
import { runErrands } from './errands.ts'
import { startMeasuring } from './measuring.ts'
import type { Measuring } from './measuring.ts'
import { replayOne } from './replay.ts'
import { trainChunk } from './train-chunk.ts'
import type { Trainer } from './train-chunk.ts'
import { whileWanted } from './wanted.ts'

export interface WorkerDependencies {
  readonly store: Store
  readonly queue: ChunkQueue
  readonly engine: Engine
  /** Opens the engine that decides between two workers; absent: this worker never does. */
  readonly openArbiter?: () => Engine
  readonly log: Logger
  readonly metrics?: Metrics
}

export interface WorkerOptions extends WorkerRecord {
  /** Chunks in hand: while one is measured and recorded, the next one trains. */
  readonly concurrency?: number
  readonly lockSeconds?: number
  /** Longest time between two looks for blocks to audit and trials to replay, in seconds; default 2. */
  readonly errandSeconds?: number
}

export interface Worker {
  /** Resolves with the reason when this worker cannot go on: its queue has gone deaf, nothing more can be stored, or it is quarantined. */
  readonly unable: Promise<Error>
  /** Finishes the chunks in hand, then stops. */
  drain(): Promise<void>
  /** Hands the chunks back at once and stops. */
  stop(): Promise<void>
}

/** What handling a chunk takes beside the dependencies. */
interface WorkerMeans extends WorkerDependencies {
  readonly measuring: Measuring
  /** Ends the worker: it cannot go on. */
  readonly giveUp: (reason: Error) => void
}

const CONCURRENCY = 2
const HEARTBEAT_SECONDS = 5
const ERRAND_SECONDS = 2
/** Weight of the newest chunk in the running mean of the worker's speed. */
const SPEED_WEIGHT = 0.3
/** Pauses between attempts to record a trained chunk while the database is away, in seconds. */
const RECORD_PAUSES = [0.2, 0.5, 1, 2, 5, 10, 10, 10]

/**
 * Takes chunks from the queue, trains and measures them and records the blocks. Delivery is at least once and a worker
 * may die at any moment: what it had not recorded is trained again by another, to the same bytes.
 */
export async function runWorker(deps: WorkerDependencies, options: WorkerOptions): Promise<Worker> {
  const { store, queue, log } = deps
  const speed = createSpeedometer()
  const beat = () =>
    store.heartbeat(options, speed.flopsPerSecond()).catch((error: unknown) => {
      log.warn({ err: error }, 'heartbeat failed')
    })
  await beat()
  const measuring = startMeasuring()
  let giveUp: (reason: Error) => void = () => undefined
  const unable = new Promise<Error>((resolve) => {
    giveUp = resolve
  })
  const consumer = await queue.consume(
    options.engine,
    (chunk, signal) => handleChunk({ ...deps, measuring, giveUp }, options, speed, chunk, signal),
    {
      concurrency: options.concurrency ?? CONCURRENCY,
      ...(options.lockSeconds !== undefined && { lockSeconds: options.lockSeconds }),
    },
  )
  const errands = runErrands(
    [(signal) => auditOne({ ...deps, measuring }, options.id, signal), (signal) => replayOne(deps, signal)],
    options.errandSeconds ?? ERRAND_SECONDS,
    log,
  )
  const heart = setInterval(() => void beat(), HEARTBEAT_SECONDS * 1000)
  log.info({ worker: options.id, engine: deps.engine.id, threads: options.threads }, 'worker started')
  const end = async (how: 'drain' | 'stop', running: Consumer) => {
    await Promise.all([running[how](), errands.stop()])
    clearInterval(heart)
    await measuring.close()
    await store.retire(options.id).catch((error: unknown) => log.warn({ err: error }, 'worker could not be retired'))
    log.info({ worker: options.id }, 'worker stopped')
  }
  void consumer.deaf.then(() => giveUp(new Error('the queue has gone silent while work waits')))
  return { unable, drain: () => end('drain', consumer), stop: () => end('stop', consumer) }
}

/** Trains one delivered chunk. Rejects only when aborted; a failure of the chunk itself is counted in the store. */
async function handleChunk(
  deps: WorkerMeans,
  options: WorkerOptions,
  speed: Speedometer,
  chunk: Chunk,
  signal: AbortSignal,
): Promise<void> {
  const { store, log } = deps
  const work = await store.chunkWork(chunk.id)
  if (work === null) {
    log.debug({ chunk: chunk.id }, 'chunk was no longer wanted')
    return
  }
  log.debug({ worker: options.id, chunk: chunk.id, cell: chunk.cell, blocks: chunk.blocks }, 'chunk started')
  const wanted = whileWanted(store, chunk.id, signal)
  try {
    const result = await trainAndAudit(deps, options.id, work, wanted.signal)
    wanted.stop()
    speed.add(work, result.seconds)
    deps.metrics?.chunkSeconds.observe({ engine: options.engine }, result.seconds)
    const counts = await recordPatiently(deps, result, signal)
    log.info({ worker: options.id, chunk: chunk.id, cell: chunk.cell, seconds: result.seconds, ...counts }, 'chunk recorded')
  } catch (error) {
    if (signal.aborted) throw error
    if (wanted.signal.aborted) log.info({ chunk: chunk.id }, 'chunk was given up, it is no longer wanted')
    else if (isStorageFailure(error) || isQuarantine(error)) deps.giveUp(error)
    else await countFailure(deps, chunk, error)
  } finally {
    wanted.stop()
  }
}

async function trainAndAudit(
  { engine, log, measuring }: WorkerMeans,
  worker: string,
  work: ChunkWork,
  signal: AbortSignal,
): Promise<ChunkResult> {
  const started = performance.now()
  const onBatch: Trainer['onBatch'] = async (batch, columns) => {
    const { failures } = await auditDeaths(engine, batch, columns, signal)
    for (const failure of failures) log.error({ cell: work.chunk.cell, ...failure }, 'audit contradicted a certified death')
  }
  const encoded = await trainChunk({ engine, measuring, onBatch }, work, signal)
  // Seconds of the training alone: what is observed beside it differs from chunk to chunk of one cell.
  const seconds = (performance.now() - started) / 1000 / observedWorkFactor(work.spec, work.sets.map(({ name }) => name))
  return { chunk: work.chunk, ...encoded, engine: { id: engine.id, version: engine.version }, worker, seconds }
}

async function countFailure({ store, log }: WorkerDependencies, chunk: Chunk, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error)
  const consequence = await store.fail(chunk.id, reason)
  log.error({ err: error, chunk: chunk.id, cell: chunk.cell, consequence }, 'chunk failed')
}

/** A full disk or a read-only database: no chunk is to blame, and waiting does not help. */
function isStorageFailure(error: unknown): error is CollapsarError {
  return error instanceof CollapsarError && error.code === 'storage'
}

/** An audit has found this worker wrong: nothing that it trains is recorded any more. */
function isQuarantine(error: unknown): error is CollapsarError {
  return error instanceof CollapsarError && error.code === 'not-allowed'
}

/** Records while the database comes and goes. Damage, a full disk and a quarantine do not pass by waiting. */
async function recordPatiently(
  { store, log }: WorkerDependencies,
  result: ChunkResult,
  signal: AbortSignal,
): Promise<{ recorded: number; duplicate: number }> {
  for (const pause of RECORD_PAUSES) {
    try {
      return await store.record(result)
    } catch (error) {
      if (error instanceof CollapsarError && ['damaged', 'storage', 'not-allowed'].includes(error.code)) throw error
      log.warn({ err: error, chunk: result.chunk.id, pause }, 'recording failed, trying again')
      await delay(pause * 1000, undefined, { signal })
    }
  }
  return store.record(result)
}

interface Speedometer {
  add(work: ChunkWork, seconds: number): void
  flopsPerSecond(): number | null
}

/** Running mean of nominal flop per second: the cost model over the time, so dead networks make a worker look faster. */
function createSpeedometer(): Speedometer {
  let mean: number | null = null
  return {
    add: ({ chunk, spec }, seconds) => {
      const flops = (chunk.blocks * BLOCK_TRIALS * trialFlops(spec)) / Math.max(seconds, 1e-6)
      mean = mean === null ? flops : mean + SPEED_WEIGHT * (flops - mean)
    },
    flopsPerSecond: () => mean,
  }
}
