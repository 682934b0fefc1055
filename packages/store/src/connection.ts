import { createHash } from 'node:crypto'
import { CollapsarError } from '@collapsar/sweep'
import { Pool } from 'pg'
import type pg from 'pg'
import { breakOffLater } from './hang-up.ts'

/** Rows of the database as plain objects; each query names the type of its own rows. */
export type Row = pg.QueryResultRow

/** A pool, or one of its connections in a transaction. */
export interface Queries {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the query's text decides, as with pg itself
  query<R extends Row>(text: string, values?: readonly unknown[]): Promise<{ rows: R[] }>
}

const DEFAULT_POOL_SIZE = 4
const CONNECT_TIMEOUT_MS = 10_000

/** A frozen process (SIGSTOP) in the middle of a transaction must not hold its cell for longer. */
const IDLE_IN_TRANSACTION_MS = 30_000

/**
 * A connection that has not answered a statement for this long is half open: keep-alive notices that only after minutes. A statement
 * waits at most 30 s for a cell that a frozen process holds, and whoever meets this limit first tries again.
 */
const QUERY_TIMEOUT_MS = 20_000

/** Connection settings that every connection of a store shares. */
export function connectionSettings(databaseUrl: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: 'collapsar',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }
}

export function openPool(databaseUrl: string, poolSize = DEFAULT_POOL_SIZE): pg.Pool {
  const pool = new Pool({
    ...connectionSettings(databaseUrl),
    // Statements that do not wait for each other's answers travel together: recording a chunk takes four round trips.
    pipeline: true,
    max: poolSize,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    query_timeout: QUERY_TIMEOUT_MS,
  })
  // A lost connection rejects its running query and leaves the pool; the event besides would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  // A pipelining connection waits at its end for the answers that are due: on a half-open one for ever, and with it those who queue for its place.
  pool.on('release', (error, client) => {
    if (error) breakOffLater(client).unref()
  })
  return pool
}

/**
 * Runs `work` in one transaction and commits. Statements that `work` does not wait for travel together and run in order.
 * @throws what `work` throws, after a rollback; CollapsarError `storage` when the database cannot write.
 */
export async function transaction<T>(
  pool: pg.Pool,
  work: (client: Queries) => Promise<T>,
  mode: 'read committed' | 'repeatable read, read only' = 'read committed',
): Promise<T> {
  return inTransaction(pool, mode, (client) => client, work)
}

/** The same for the few statements that run over and over, whose plans do not depend on their values: planned once a connection. */
export async function preparedTransaction<T>(pool: pg.Pool, work: (client: Queries) => Promise<T>): Promise<T> {
  return inTransaction(pool, 'read committed', prepared, work)
}

async function inTransaction<T>(
  pool: pg.Pool,
  mode: keyof typeof BEGIN,
  form: (client: pg.PoolClient) => Queries,
  work: (client: Queries) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  const open = untilEnd(form(client))
  try {
    const [, result] = await Promise.all([client.query(BEGIN[mode]), work(open)])
    open.end()
    await client.query('COMMIT')
    client.release()
    return result
  } catch (error) {
    open.end()
    await rollback(client)
    throw storeError(error)
  }
}

/** Work that goes on although a part of it failed must not reach the connection again, where it would be committed by itself. */
function untilEnd(queries: Queries): Queries & { end(): void } {
  let ended = false
  return {
    query: (text, values) => (ended ? Promise.reject(new Error('the transaction has ended')) : queries.query(text, values)),
    end: () => {
      ended = true
    },
  }
}

/** A name is made of the text, so that two releases in one session never disagree on it. */
function prepared(client: pg.PoolClient): Queries {
  return {
    query: <R extends Row>(text: string, values: readonly unknown[] = []) =>
      client.query<R>({ name: statementName(text), text, values: [...values] }),
  }
}

const names = new Map<string, string>()

function statementName(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `collapsar_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  names.set(text, name)
  return name
}

/** Single statements, each a transaction of its own, on any free connection. Throws like `transaction`. */
export function poolQueries(pool: pg.Pool): Queries {
  return {
    async query<R extends Row>(text: string, values: readonly unknown[] = []) {
      try {
        return await pool.query<R>(text, [...values])
      } catch (error) {
        throw storeError(error)
      }
    },
  }
}

const BEGIN = {
  'read committed': 'BEGIN ISOLATION LEVEL READ COMMITTED',
  'repeatable read, read only': 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY',
} as const

/** What rolls back has nothing to wait for; a connection that has not answered before is not waited for as long again. */
const ROLLBACK: pg.QueryConfig & { readonly query_timeout: number } = { text: 'ROLLBACK', query_timeout: 2_000 }

/** A connection that cannot even roll back is closed, which makes the server roll back. */
async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await client.query(ROLLBACK)
    client.release()
  } catch {
    client.release(true)
  }
}

/** SQLSTATE (PostgreSQL, appendix A) of a database that is up and cannot write, in plain words. */
const CANNOT_WRITE: Readonly<Record<string, string>> = {
  '53100': 'its disk is full',
  '25006': 'it is read-only',
  '58030': 'its disk reports an input/output error',
}

/** The error as a Store rejects with it: `storage` where nothing can be written, otherwise the driver's own. */
export function storeError(error: unknown): unknown {
  const cause = CANNOT_WRITE[errorCode(error) ?? '']
  if (cause === undefined) return error
  return new CollapsarError('storage', `The database cannot store anything: ${cause}.`, { cause: error })
}

/** SQLSTATE or the operating system's code of a driver's error; null where it has none. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
