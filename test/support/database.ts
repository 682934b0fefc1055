import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@collapsar/store'
import { Client } from 'pg'
import type { QueryResultRow } from 'pg'
import { openEmbeddedPostgres } from '../../packages/store/src/embedded-postgres.ts'
import { keepCluster, takeCluster } from './prepared-cluster.ts'

export interface TestDatabases {
  /** A database of its own, migrated; its URL. Takes about 50 ms. */
  createDatabase(): Promise<string>
  /** A database without any table. */
  createEmptyDatabase(): Promise<string>
}

/** A real Postgres for one test file. */
export interface TestServer extends TestDatabases {
  close(): Promise<void>
}

/**
 * The embedded server in a new folder, or, with COLLAPSAR_TEST_DATABASE_URL, a server that is there that asks for
 * passwords (its user may create databases and roles; the databases are left behind).
 */
export async function startTestServer(): Promise<TestServer> {
  const server = await startServer()
  const databases = server.isPrepared ? databasesFrom(server.url, TEMPLATE) : await testDatabases(server.url)
  return { ...databases, close: () => server.close() }
}

/** Makes databases on a server whose user may. */
export async function testDatabases(serverUrl: string): Promise<TestDatabases> {
  const template = await createDatabase(serverUrl, null)
  await (await openStore({ databaseUrl: template })).close()
  return databasesFrom(serverUrl, databaseOf(template))
}

function databasesFrom(serverUrl: string, template: string): TestDatabases {
  return {
    createDatabase: () => createDatabase(serverUrl, template),
    createEmptyDatabase: () => createDatabase(serverUrl, null),
  }
}

/** The migrated database of a prepared cluster. */
const TEMPLATE = 'test_template'

interface StartedServer {
  readonly url: string
  /** Whether it has the template. */
  readonly isPrepared: boolean
  close(): Promise<void>
}

async function startServer(): Promise<StartedServer> {
  const given = process.env['COLLAPSAR_TEST_DATABASE_URL']
  if (given !== undefined) return { url: given, isPrepared: false, close: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'collapsar-postgres-'))
  const dataDir = join(folder, 'data')
  if (!(await takeCluster(dataDir))) await prepareCluster(dataDir)
  const server = await openEmbeddedPostgres({ dataDir })
  return {
    url: server.url,
    isPrepared: true,
    async close() {
      await server.close()
      // Its last files may still be going.
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** Making and migrating a cluster takes two seconds, copying one a tenth of it: the first file of a run makes it for all. */
async function prepareCluster(dataDir: string): Promise<void> {
  const server = await openEmbeddedPostgres({ dataDir })
  const template = await createDatabase(server.url, null, TEMPLATE)
  await (await openStore({ databaseUrl: template })).close()
  await server.close()
  await keepCluster(dataDir)
}

/** Copying a template takes a tenth of the time of migrating. */
async function createDatabase(serverUrl: string, template: string | null, name = `test_${randomBytes(6).toString('hex')}`): Promise<string> {
  const client = new Client(serverUrl)
  await client.connect()
  await client.query(`CREATE DATABASE ${name}${template === null ? '' : ` TEMPLATE ${template}`}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}

/** Runs statements on a connection of their own: what a test does behind the store's back. */
export async function runSql<R extends QueryResultRow>(
  databaseUrl: string,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  const client = new Client(databaseUrl)
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}
