import { createPostgresBackend, runMigrations, withBackend } from 'bullmq'
import { CollapsarError } from '@collapsar/sweep'
import { Client } from 'pg'
import type { QueueBackend } from './queue-backend.ts'

/** Connections of a queue or a worker beside the one that listens. */
const POOL_SIZE = 3
const CONNECT_TIMEOUT_MS = 5000

/**
 * BullMQ on Postgres. Commits of the queue need not be durable: what it loses, the planner offers again.
 * @throws CollapsarError `queue-unavailable`
 */
export async function openPostgresBackend(databaseUrl: string): Promise<QueueBackend> {
  await migrate(databaseUrl)
  const connection = {
    connectionString: databaseUrl,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: '-c synchronous_commit=off',
  }
  const { Queue, Worker } = withBackend(createPostgresBackend)
  return {
    openQueue: (name) => new Queue(name, { connection }),
    openWorker: (name, processor, options) => new Worker(name, processor, { ...options, connection }),
    ping: () => withClient(databaseUrl, (client) => client.query('SELECT 1')),
    close: () => Promise.resolve(),
  }
}

async function migrate(databaseUrl: string): Promise<void> {
  try {
    await withClient(databaseUrl, (client) => runMigrations(client))
  } catch (cause) {
    const { hostname, port } = new URL(databaseUrl)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CollapsarError('queue-unavailable', `The queue in Postgres at ${hostname}:${port || 5432} cannot be used: ${reason}`, { cause })
  }
}

async function withClient(databaseUrl: string, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
