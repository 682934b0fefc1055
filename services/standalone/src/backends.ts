import { createMetrics } from '@collapsar/metrics'
import type { Metrics } from '@collapsar/metrics'
import type { ChunkQueue } from '@collapsar/queue'
import { openEmbeddedPostgres, openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import type { Logger } from 'pino'

export interface BackendOptions {
  /** Postgres to use; null: an embedded one in `dataDir`. */
  readonly databaseUrl: string | null
  /** Redis for the queue; null: the queue is kept in Postgres. */
  readonly redisUrl: string | null
  /** Go on although Redis may evict keys. */
  readonly allowEviction: boolean
  /** Folder of the embedded Postgres. */
  readonly dataDir: string
}

export interface Backends {
  readonly store: Store
  /** What the services of this process count. */
  readonly metrics: Metrics
  /** Opened at first use: commands that only read never touch it. */
  queue(): Promise<ChunkQueue>
  close(): Promise<void>
}

/**
 * The store and the queue, the same code on servers of one's own and on the embedded default. The embedded Postgres is
 * shared by every process that opens the same folder, and stops with the last of them.
 */
export async function openBackends(options: BackendOptions, log: Logger): Promise<Backends> {
  const server = options.databaseUrl === null ? await openEmbedded(options.dataDir, log) : null
  const databaseUrl = options.databaseUrl ?? server?.url ?? ''
  const store = await openStore({ databaseUrl }).catch(async (error: unknown) => {
    await server?.close()
    throw error
  })
  let queue: Promise<ChunkQueue> | null = null
  return {
    store,
    metrics: createMetrics(),
    queue: () => (queue ??= openQueue(databaseUrl, options, log)),
    close: async () => {
      await (await queue?.catch(() => null))?.close()
      await store.close()
      await server?.close()
    },
  }
}

/** Loaded at first use, as most commands only read. */
async function openQueue(databaseUrl: string, { redisUrl, allowEviction }: BackendOptions, log: Logger): Promise<ChunkQueue> {
  const { createChunkQueue } = await import('@collapsar/queue')
  return createChunkQueue(redisUrl === null ? { databaseUrl } : { redisUrl }, {
    allowEviction,
    onError: rarely((error) => log.warn({ err: error }, 'queue trouble')),
  })
}

/** While a server is away its connections break many times a second: one line in so many seconds tells as much. */
const TROUBLE_SECONDS = 5

function rarely(tell: (error: Error) => void): (error: Error) => void {
  let toldAt = -Infinity
  return (error) => {
    if (performance.now() - toldAt < TROUBLE_SECONDS * 1000) return
    toldAt = performance.now()
    tell(error)
  }
}

function openEmbedded(dataDir: string, log: Logger): ReturnType<typeof openEmbeddedPostgres> {
  return openEmbeddedPostgres({ dataDir, log: (line) => log.debug({ line }, 'embedded postgres') })
}
