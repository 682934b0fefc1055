import { WaitingError } from 'bullmq'
import type { Chunk } from '@collapsar/sweep'
import type { Consumer, ConsumerOptions, QueueDepth } from './chunk-queue.ts'
import type { ChunkProcessor, QueueBackend } from './queue-backend.ts'

const LOCK_SECONDS = 30
const DEAF_AFTER_SECONDS = 60
/** Stalls are infrastructure: they are free, and the store counts what is not. */
const MAXIMUM_STALLS = 1_000_000
/** How long a fetch waits for a chunk before it asks again, in seconds. */
const FETCH_SECONDS = 5

export interface ConsumerSource {
  readonly backend: QueueBackend
  readonly queueName: string
  readonly depth: () => Promise<QueueDepth>
  readonly onError: (error: Error) => void
}

/** One BullMQ worker. `handle` decides nothing about the queue: whatever it does, the chunk leaves, or is handed back on `stop`. */
export async function startConsumer(
  source: ConsumerSource,
  handle: (chunk: Chunk, signal: AbortSignal) => Promise<void>,
  options: ConsumerOptions,
): Promise<Consumer> {
  const state = { stopping: false, inHand: 0, lastFetch: performance.now() }
  const processor: ChunkProcessor = async (job, token, signal) => {
    state.inHand += 1
    state.lastFetch = performance.now()
    try {
      await handle(job.data, signal ?? new AbortController().signal)
    } catch (error) {
      if (state.stopping && signal?.aborted === true) {
        await job.moveToWait(token)
        throw new WaitingError()
      }
      source.onError(error instanceof Error ? error : new Error(String(error)))
    } finally {
      state.inHand -= 1
    }
  }
  const lockMs = (options.lockSeconds ?? LOCK_SECONDS) * 1000
  const worker = source.backend.openWorker(source.queueName, processor, {
    concurrency: options.concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: MAXIMUM_STALLS,
    drainDelay: FETCH_SECONDS,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  worker.on('error', source.onError)
  worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id, 'the lock was lost')))
  await worker.waitUntilReady()
  const watchdog = watchForDeafness(source, state, options)
  return {
    deaf: watchdog.deaf,
    drain: async () => {
      watchdog.stop()
      await worker.close()
    },
    stop: async () => {
      watchdog.stop()
      state.stopping = true
      worker.cancelAllJobs('the consumer stops')
      await worker.close()
    },
  }
}

interface ConsumerState {
  readonly inHand: number
  readonly lastFetch: number
}

/** A worker can be alive and yet fetch nothing after a reconnect; then its process must be started again. */
function watchForDeafness(
  { depth }: ConsumerSource,
  state: ConsumerState,
  { concurrency, deafAfterSeconds = DEAF_AFTER_SECONDS }: ConsumerOptions,
): { readonly deaf: Promise<void>; stop(): void } {
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  const deaf = new Promise<void>((resolve) => {
    const look = async () => {
      const silentMs = performance.now() - Math.max(started, state.lastFetch)
      if (state.inHand >= concurrency || silentMs < deafAfterSeconds * 1000) return
      const { waiting } = await depth().catch(() => ({ waiting: 0 }))
      if (waiting > 0 && state.inHand < concurrency) resolve()
    }
    timer = setInterval(() => void look(), (deafAfterSeconds * 1000) / 4)
    timer.unref()
  })
  return { deaf, stop: () => clearInterval(timer) }
}
