import { setTimeout as delay } from 'node:timers/promises'
import { createPostgresBackend, runMigrations, withBackend } from 'bullmq'
import pg from 'pg'
import type { QueueBackend } from './queue-backend.ts'
import { queueUnavailable } from './queue-unavailable.ts'

/** Connections of one queue or worker; a worker keeps one of them to listen on. */
const POOL_SIZE = 4
const CONNECT_TIMEOUT_MS = 5000
const CLOSE_LIMIT_MS = 3000
/** A connection that hears nothing for this long after a statement is half open. */
const QUERY_TIMEOUT_MS = 30_000
/** BullMQ's own schema, named in the pool because BullMQ expects that of a pool that it is given. */
const SESSION = '-c search_path=bullmq -c synchronous_commit=off'

/**
 * BullMQ on Postgres. Commits of the queue need not be durable: what it loses, the planner offers again.
 * @throws CollapsarError `queue-unavailable`
 */
export async function openPostgresBackend(databaseUrl: string, onError: (error: Error) => void): Promise<QueueBackend> {
  const migration = withClient(databaseUrl, onError, (client) => runMigrations(client))
  await migration.catch((cause: unknown) => {
    throw queueUnavailable('Postgres', databaseUrl, cause)
  })
  const pools: pg.Pool[] = []
  const openPool = (): pg.Pool => {
    const pool = createPool(databaseUrl, onError)
    pools.push(pool)
    return pool
  }
  const { Queue, Worker } = withBackend(createPostgresBackend)
  return {
    openQueue: (name) => new Queue(name, { connection: openPool() }),
    openWorker: (name, processor, options) => new Worker(name, processor, { ...options, connection: openPool() }),
    ping: () => withClient(databaseUrl, onError, (client) => client.query('SELECT 1')),
    memoryBytes: async () => null,
    close: async () => {
      // A pool waits for connections in use; a worker that could not be closed never gives its own back.
      const ended = Promise.all(pools.map((pool) => pool.end()))
      await Promise.race([ended, delay(CLOSE_LIMIT_MS, undefined, { ref: false })])
    },
  }
}

/**
 * A pool listens for errors only of its idle connections. One that breaks between two statements of a transaction would
 * end the process: every connection gets a listener of its own.
 */
function createPool(databaseUrl: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    options: SESSION,
  })
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  return pool
}

async function withClient(
  databaseUrl: string,
  onError: (error: Error) => void,
  use: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
  })
  client.on('error', onError)
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
