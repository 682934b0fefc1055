import { setTimeout as delay } from 'node:timers/promises'
import type { Chunk } from '@collapsar/sweep'
import { WaitingError } from 'bullmq'
import type { Consumer, ConsumerOptions, QueueDepth } from './chunk-queue.ts'
import { watchForDeafness } from './deafness.ts'
import { joined } from './joined-signal.ts'
import type { BullWorker, ChunkProcessor, QueueBackend } from './queue-backend.ts'

const LOCK_SECONDS = 30
const DEAF_AFTER_SECONDS = 60
/** Stalls are infrastructure: they are free, and the store counts what is not. */
const MAXIMUM_STALLS = 1_000_000
/** How long a fetch waits for a chunk before it asks again, in seconds. */
const FETCH_SECONDS = 5
/** Pause after a fetch that failed, in milliseconds; BullMQ's own 15 s would be added to every restart of the server. */
const RETRY_MS = 1000
/** How long to wait for a server that is away, once nothing is in hand any more. */
const CLOSE_LIMIT_MS = 3000
const CLOSE_POLL_MS = 50

const STOPPING = new Error('the consumer stops')

export interface ConsumerSource {
  readonly backend: QueueBackend
  readonly queueName: string
  readonly depth: () => Promise<QueueDepth>
  readonly onError: (error: Error) => void
}

/**
 * One BullMQ worker. A chunk leaves the queue whatever `handle` does with it, but for a consumer that is stopping: then it is
 * moved back to wait, where another consumer finds it at once. With a lost lock both moves are refused, which is right:
 * somebody else has the chunk.
 */
export async function startConsumer(
  source: ConsumerSource,
  handle: (chunk: Chunk, signal: AbortSignal) => Promise<void>,
  options: ConsumerOptions,
): Promise<Consumer> {
  const activity = { inHand: 0, fetched: 0 }
  /** Deliveries in hand; one that is aborted goes back to the queue. */
  const deliveries = new Map<AbortController, Chunk>()
  /** Which chunks are finished once the consumer ends, also one whose fetch was under way; null: it does not end. */
  let kept: ((chunk: Chunk) => boolean) | null = null
  const deliver = async (chunk: Chunk, signal: AbortSignal): Promise<void> => {
    activity.inHand += 1
    activity.fetched += 1
    try {
      signal.throwIfAborted()
      await handle(chunk, signal)
    } finally {
      activity.inHand -= 1
    }
  }
  const processor: ChunkProcessor = async (job, token, lost) => {
    const handingBack = new AbortController()
    const ended = joined([handingBack.signal, lost])
    deliveries.set(handingBack, job.data)
    if (kept?.(job.data) === false) handingBack.abort(STOPPING)
    try {
      await deliver(job.data, ended.signal)
    } catch (error) {
      if (!handingBack.signal.aborted) return source.onError(asError(error))
      await job.moveToWait(token).catch((refusal: unknown) => source.onError(asError(refusal)))
      throw new WaitingError()
    } finally {
      deliveries.delete(handingBack)
      ended.release()
    }
  }
  const lockMs = (options.lockSeconds ?? LOCK_SECONDS) * 1000
  const worker = source.backend.openWorker(source.queueName, processor, {
    concurrency: options.concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: MAXIMUM_STALLS,
    drainDelay: FETCH_SECONDS,
    runRetryDelay: RETRY_MS,
  })
  worker.on('error', source.onError)
  worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id, new Error('the lock was lost'))))
  await worker.waitUntilReady()
  const watchdog = watchForDeafness(source.depth, activity, {
    concurrency: options.concurrency,
    afterSeconds: options.deafAfterSeconds ?? DEAF_AFTER_SECONDS,
  })
  const end = async (keep: (chunk: Chunk) => boolean): Promise<void> => {
    watchdog.stop()
    kept = keep
    for (const [handingBack, chunk] of deliveries) if (!keep(chunk)) handingBack.abort(STOPPING)
    await closeWorker(worker, () => activity.inHand === 0)
  }
  return {
    deaf: watchdog.deaf,
    drain: (keep = () => true) => end(keep),
    stop: () => end(() => false),
  }
}

/**
 * BullMQ's `close` waits for chunks in hand, and for the server to hear of the last ones: for ever if it is away. It then
 * goes on in the background: should the server come back first, the chunks are handed back, otherwise their locks run out.
 */
async function closeWorker(worker: BullWorker, isIdle: () => boolean): Promise<void> {
  let closed = false
  const closing = worker.close().then(() => (closed = true))
  let idleSince: number | null = null
  while (!closed) {
    await Promise.race([closing, delay(CLOSE_POLL_MS)])
    idleSince = isIdle() ? (idleSince ?? performance.now()) : null
    if (idleSince !== null && performance.now() - idleSince >= CLOSE_LIMIT_MS) return
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
