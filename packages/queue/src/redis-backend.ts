import { createRedisBackend, withBackend } from 'bullmq'
import { CollapsarError } from '@collapsar/sweep'
import { Redis } from 'ioredis'
import type { QueueBackend } from './queue-backend.ts'

export interface RedisBackendOptions {
  readonly url: string
  /** Key prefix of this installation; in braces, so that a cluster keeps it on one node. */
  readonly prefix: string
  /** Go on although Redis may evict keys, or will not say. */
  readonly allowEviction: boolean
  readonly onError: (error: Error) => void
}

const CONNECT_TIMEOUT_MS = 5000
const RECONNECT_MS = { step: 100, maximum: 2000 }

/**
 * @throws CollapsarError `queue-unavailable` when Redis cannot be reached, refuses the password, or may evict keys.
 */
export async function openRedisBackend(options: RedisBackendOptions): Promise<QueueBackend> {
  // Without an offline queue a command fails at once while Redis is away; the planner tries again later.
  const client = connectRedis(options, { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
  // `connect` rejects with "Connection is closed"; the event before it says why.
  let reason: Error | null = null
  client.on('error', (error) => (reason = error))
  try {
    await client.connect()
    await requireNoEviction(client, options)
  } catch (cause) {
    client.disconnect()
    throw cause instanceof CollapsarError ? cause : unavailable(options.url, reason ?? cause)
  }
  // BullMQ blocks on this one for ever: the limit of retries must be off.
  const blocking = connectRedis(options, { maxRetriesPerRequest: null })
  const { Queue, Worker } = withBackend(createRedisBackend)
  const shared = { prefix: options.prefix }
  return {
    openQueue: (name) => new Queue(name, { ...shared, connection: client }),
    openWorker: (name, processor, workerOptions) =>
      new Worker(name, processor, { ...shared, ...workerOptions, connection: blocking }),
    ping: async () => {
      await client.ping()
    },
    close: async () => {
      client.disconnect()
      blocking.disconnect()
    },
  }
}

function connectRedis(
  { url, onError }: RedisBackendOptions,
  options: { readonly enableOfflineQueue?: boolean; readonly maxRetriesPerRequest: number | null },
): Redis {
  const client = new Redis(url, {
    ...options,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * RECONNECT_MS.step, RECONNECT_MS.maximum),
  })
  client.on('error', onError)
  return client
}

/** A queue whose keys are evicted loses chunks silently, again and again: refuse it before anything depends on it. */
async function requireNoEviction(client: Redis, { url, allowEviction }: RedisBackendOptions): Promise<void> {
  if (allowEviction) return
  const policy = await client.config('GET', 'maxmemory-policy').catch(() => null)
  const value = Array.isArray(policy) ? String(policy[1]) : null
  if (value === 'noeviction') return
  const found = value === null ? 'does not tell its maxmemory-policy' : `has maxmemory-policy ${value}`
  throw new CollapsarError(
    'queue-unavailable',
    `Redis at ${addressOf(url)} ${found}; accepted: noeviction. ` +
      'Set it with: redis-cli CONFIG SET maxmemory-policy noeviction (or go on with COLLAPSAR_ALLOW_EVICTION=1)',
  )
}

function unavailable(url: string, cause: unknown): CollapsarError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CollapsarError('queue-unavailable', `Redis at ${addressOf(url)} cannot be used: ${reason}`, { cause })
}

/** Host and port, without user and password. */
function addressOf(url: string): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || 6379}`
}
