import { setTimeout as delay } from 'node:timers/promises'
import type { Chunk, EngineKind } from '@collapsar/sweep'
import type { JobsOptions } from 'bullmq'
import type { ChunkQueue, QueueDepth } from './chunk-queue.ts'
import { startConsumer } from './consumer.ts'
import { openPostgresBackend } from './postgres-backend.ts'
import type { BullQueue, QueueBackend } from './queue-backend.ts'
import { openRedisBackend } from './redis-backend.ts'

export type ChunkQueueLocation = { readonly redisUrl: string } | { readonly databaseUrl: string }

export interface ChunkQueueOptions {
  /** Redis key prefix of this installation; a hash tag, so that a cluster keeps the queue on one node. Default `{collapsar}`. */
  readonly prefix?: string
  /** Accept a Redis that may evict keys, or that does not tell. */
  readonly allowEviction?: boolean
  /** What goes wrong in the background: connections that break, locks that are lost. */
  readonly onError?: (error: Error) => void
}

/** Longest that a batch of chunks may take before adding it counts as failed, in milliseconds. */
const ENQUEUE_TIMEOUT_MS = 10_000
/** Chunks added in one transaction: some tens of milliseconds, in which nobody else is served. */
const BATCH = 500
/** BullMQ refuses colons and reads an integer as an id of its own. */
const ID_PATTERN = /^[a-z][\w-]*$/i

/**
 * Opens the queue on Redis, or in Postgres where there is no Redis.
 * @throws CollapsarError `queue-unavailable` naming host and port and the reason, never a password.
 */
export async function createChunkQueue(location: ChunkQueueLocation, options: ChunkQueueOptions = {}): Promise<ChunkQueue> {
  const onError = options.onError ?? (() => undefined)
  const backend = await openBackend(location, options, onError)
  const queues = new Map<EngineKind, BullQueue>()
  const queueOf = (engine: EngineKind): BullQueue => {
    const known = queues.get(engine)
    if (known !== undefined) return known
    const queue = backend.openQueue(queueName(engine))
    queue.on('error', onError)
    queues.set(engine, queue)
    return queue
  }
  const depth = async (engine: EngineKind): Promise<QueueDepth> => {
    const { waiting = 0, active = 0 } = await queueOf(engine).getJobCounts('waiting', 'active')
    return { waiting, active }
  }
  return {
    depth,
    enqueue: async (chunks) => {
      for (const engine of new Set(chunks.map((chunk) => chunk.engine))) {
        const jobs = chunks.filter((chunk) => chunk.engine === engine).map(jobOf)
        for (let start = 0; start < jobs.length; start += BATCH) {
          await withinTime(queueOf(engine).addBulk(jobs.slice(start, start + BATCH)), ENQUEUE_TIMEOUT_MS)
        }
      }
    },
    drop: async (chunks) => {
      const removed = await Promise.all(chunks.map(({ id, engine }) => queueOf(engine).remove(id)))
      return removed.reduce((sum, count) => sum + count, 0)
    },
    consume: (engine, handle, consumerOptions) =>
      startConsumer({ backend, queueName: queueName(engine), depth: () => depth(engine), onError }, handle, consumerOptions),
    ping: () => backend.ping(),
    memoryBytes: () => backend.memoryBytes(),
    close: async () => {
      for (const queue of queues.values()) await queue.close()
      await backend.close()
    },
  }
}

function openBackend(
  location: ChunkQueueLocation,
  { prefix = '{collapsar}', allowEviction = false }: ChunkQueueOptions,
  onError: (error: Error) => void,
): Promise<QueueBackend> {
  return 'redisUrl' in location
    ? openRedisBackend({ url: location.redisUrl, prefix, allowEviction, onError })
    : openPostgresBackend(location.databaseUrl, onError)
}

/** The id keeps a chunk from waiting twice; a finished one leaves no trace, so that its id can be used again. */
function jobOf({ id, cell, engine, firstBlock, blocks }: Chunk): { name: string; data: Chunk; opts: JobsOptions } {
  if (!ID_PATTERN.test(id)) throw new RangeError(`invalid chunk id: ${id}; a letter, then letters, digits, - and _`)
  const data = { id, cell, engine, firstBlock, blocks }
  return { name: 'chunk', data, opts: { jobId: id, removeOnComplete: true, removeOnFail: true } }
}

function queueName(engine: EngineKind): string {
  return `chunks-${engine}`
}

async function withinTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const timeout = new AbortController()
  const late = delay(limitMs, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`the queue did not answer within ${limitMs} ms`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    timeout.abort()
    late.catch(() => undefined)
  }
}
