import { createRedisBackend, withBackend } from 'bullmq'
import { CollapsarError } from '@collapsar/sweep'
import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import type { QueueBackend } from './queue-backend.ts'
import { addressOf, queueUnavailable } from './queue-unavailable.ts'

export interface RedisBackendOptions {
  readonly url: string
  /** Key prefix of this installation; in braces, so that a cluster keeps it on one node. */
  readonly prefix: string
  /** Go on although Redis may evict keys, or will not say. */
  readonly allowEviction: boolean
  readonly onError: (error: Error) => void
}

const CONNECT_TIMEOUT_MS = 5000
/** For commands that answer at once. */
const COMMAND_TIMEOUT_MS = 10_000
/** A connection that has commands in flight and hears nothing for this long is half open; a blocking fetch answers earlier. */
const SILENCE_TIMEOUT_MS = 30_000
const KEEP_ALIVE_MS = 10_000
const RECONNECT_MS = { step: 100, maximum: 2000 }

/**
 * @throws CollapsarError `queue-unavailable` when Redis cannot be reached, refuses the password, or may evict keys.
 */
export async function openRedisBackend(options: RedisBackendOptions): Promise<QueueBackend> {
  const connections: Redis[] = []
  // Without an offline queue a command fails at once while Redis is away; the planner tries again later.
  const client = connectRedis(options, connections, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_TIMEOUT_MS,
  })
  await connect(client, options)
  // Workers wait for Redis however long it is away: for them the limit of retries must be off.
  const patient = connectRedis(options, connections, { maxRetriesPerRequest: null })
  const { Queue, Worker } = withBackend(createRedisBackend)
  const shared = { prefix: options.prefix }
  return {
    openQueue: (name) => new Queue(name, { ...shared, connection: client }),
    openWorker: (name, processor, workerOptions) => new Worker(name, processor, { ...shared, ...workerOptions, connection: patient }),
    ping: async () => {
      await client.ping()
    },
    memoryBytes: async () => {
      // Its text has lines as in "used_memory:1048576"; an ACL may forbid it.
      const memory = await client.info('memory').catch(() => '')
      const bytes = /^used_memory:(\d+)/m.exec(memory)?.[1]
      return bytes === undefined ? null : Number(bytes)
    },
    close: async () => {
      for (const connection of connections) connection.disconnect()
    },
  }
}

async function connect(client: Redis, options: RedisBackendOptions): Promise<void> {
  // `connect` rejects with "Connection is closed"; the event before it says why.
  let reason: Error | null = null
  const remember = (error: Error): void => {
    reason = error
  }
  client.on('error', remember)
  try {
    await client.connect()
    await requireNoEviction(client, options)
  } catch (cause) {
    client.disconnect()
    throw cause instanceof CollapsarError ? cause : queueUnavailable('Redis', options.url, reason ?? cause)
  } finally {
    client.off('error', remember)
  }
}

function connectRedis(options: RedisBackendOptions, connections: Redis[], redisOptions: RedisOptions): Redis {
  const client = new Redis(options.url, {
    ...redisOptions,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: (attempt) => Math.min(attempt * RECONNECT_MS.step, RECONNECT_MS.maximum),
  })
  // BullMQ duplicates a worker's connection for its blocking fetch: that one is ours to listen to and to end, too.
  const duplicate = client.duplicate.bind(client)
  client.duplicate = (override) => watched(duplicate(override), options, connections)
  return watched(client, options, connections)
}

function watched(client: Redis, { onError }: RedisBackendOptions, connections: Redis[]): Redis {
  connections.push(client)
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
