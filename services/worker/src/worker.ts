import type { Metrics } from '@collapsar/metrics'
import type { ChunkQueue } from '@collapsar/queue'
import type { Store, WorkerRecord } from '@collapsar/store'
import { ASSUMED_FLOPS_PER_THREAD } from '@collapsar/sweep'
import type { Engine } from '@collapsar/trial'
import type { Logger } from 'pino'
import { auditOne } from './audit.ts'
import { runErrands } from './errands.ts'
import { handleChunk } from './handle-chunk.ts'
import { createHands } from './hands.ts'
import { register, thisMachine } from './registration.ts'
import { replayOne } from './replay.ts'
import { createSpeedometer } from './speedometer.ts'
import type { Training } from './training.ts'

export interface WorkerDependencies {
  readonly store: Store
  readonly queue: ChunkQueue
  /** Where chunks are trained, blocks audited and trials replayed. The worker closes it when it ends. */
  readonly training: Training
  /** Opens the engine that decides between two workers where there is no third; absent: this worker never does. */
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

/**
 * A worker's life: it takes chunks -> `leave` or `drain` (it takes no more) -> ended; `stop` ends it at once, from either.
 * Quarantined, it takes no more chunks and stays until it is ended: one that ended by itself would be started again by whatever
 * watches over it, under a new name and with the same fault.
 */
export interface Worker {
  /** Resolves with the reason when this worker cannot go on: its queue has gone deaf, its engine is gone, or nothing can be stored. */
  readonly unable: Promise<Error>
  /** Finishes the chunks in hand, then stops. */
  drain(): Promise<void>
  /**
   * Finishes the chunks in hand that fit into the grace period by its measured speed, hands the others back at once, and stops;
   * at the end of the period whatever is left goes back too.
   */
  leave(graceSeconds: number): Promise<void>
  /** Hands the chunks back at once and stops. */
  stop(): Promise<void>
}

const CONCURRENCY = 2
const ERRAND_SECONDS = 2

/**
 * Takes chunks from the queue, trains and measures them and records the blocks. Delivery is at least once and a worker
 * may die at any moment: what it had not recorded is trained again by another, to the same bytes.
 */
export async function runWorker(deps: WorkerDependencies, options: WorkerOptions): Promise<Worker> {
  const { store, queue, log, training } = deps
  const { id: engine, version, device } = training.engine
  const [hands, speed] = [createHands(), createSpeedometer()]
  let giveUp: (reason: Error) => void = () => undefined
  const unable = new Promise<Error>((resolve) => {
    giveUp = resolve
  })
  let onQuarantine = () => undefined as void
  const quarantined = new Promise<void>((resolve) => {
    onQuarantine = resolve
  })
  const registration = await register({
    store,
    log,
    worker: { ...thisMachine(), version, ...(device !== null && { device }), ...options },
    now: () => ({ flopsPerSecond: speed.flopsPerSecond(), chunks: hands.ids() }),
    onQuarantine,
  })
  const chunkDeps = { ...deps, worker: options.id, engine: options.engine, hands, speed, giveUp }
  const consumer = await queue.consume(options.engine, (chunk, signal) => handleChunk(chunkDeps, chunk, signal), {
    concurrency: options.concurrency ?? CONCURRENCY,
    ...(options.lockSeconds !== undefined && { lockSeconds: options.lockSeconds }),
  })
  log.info({ worker: options.id, engine, version, device, threads: options.threads }, 'worker started')
  const errands = runErrands(
    [(signal) => auditOne(deps, options.id, signal), (signal) => replayOne(deps, signal)],
    options.errandSeconds ?? ERRAND_SECONDS,
    log,
  )
  void quarantined.then(() => Promise.all([consumer.stop(), errands.stop()]))
  void consumer.deaf.then(() => giveUp(new Error('the queue has gone silent while work waits')))
  let ending: Promise<void> | null = null
  const finish = async () => {
    await errands.stop()
    await training.close()
    await registration.end()
    log.info({ worker: options.id }, 'worker stopped')
  }
  /** Once the consumer has ended, whoever ended it. */
  const end = async (consumed: Promise<void>) => {
    await Promise.all([consumed, errands.stop()])
    await (ending ??= finish())
  }
  return {
    unable,
    drain: () => end(consumer.drain()),
    leave: async (graceSeconds) => {
      const flopsPerSecond = speed.flopsPerSecond() ?? options.threads * ASSUMED_FLOPS_PER_THREAD
      void registration.draining()
      const late = setTimeout(() => void consumer.stop(), graceSeconds * 1000)
      await end(consumer.drain((chunk) => hands.remainingSeconds(chunk, flopsPerSecond) <= graceSeconds))
      clearTimeout(late)
    },
    stop: () => end(consumer.stop()),
  }
}
