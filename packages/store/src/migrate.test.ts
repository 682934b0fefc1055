import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { runSql, startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { migrate, MIGRATIONS_FOLDER } from './migrate.ts'
import { openStore } from './open-store.ts'

let server: TestServer
let url: string
let scratch: string
beforeAll(async () => {
  server = await startTestServer()
  scratch = await mkdtemp(join(tmpdir(), 'collapsar-migrations-'))
})
afterAll(async () => {
  await rm(scratch, { recursive: true })
  await server.close()
})
beforeEach(async () => {
  url = await server.createEmptyDatabase()
})

async function migrateWith(folder?: string): Promise<readonly string[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return await migrate(client, folder)
  } finally {
    await client.end()
  }
}

/** The real migrations and one more. */
async function folderWith(name: string, sql: string): Promise<string> {
  const folder = join(scratch, name)
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true })
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'migration.sql'), sql)
  return folder
}

it('applies every migration once, and writes what Prisma would have written', async () => {
  const names = (await readdir(MIGRATIONS_FOLDER)).filter((name) => /^\d{14}_/.test(name)).toSorted()
  expect(await migrateWith()).toEqual(names)
  expect(await migrateWith()).toEqual([])
  const rows = await runSql(url, 'SELECT * FROM _prisma_migrations ORDER BY started_at')
  expect(rows).toEqual(
    await Promise.all(
      names.map(async (name) => ({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        checksum: createHash('sha256').update(await readFile(`${MIGRATIONS_FOLDER}/${name}/migration.sql`)).digest('hex'),
        finished_at: expect.any(Date),
        migration_name: name,
        logs: null,
        rolled_back_at: null,
        started_at: expect.any(Date),
        applied_steps_count: 1,
      })),
    ),
  )
})

it('lets 8 stores open a new database at the same time', async () => {
  const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ databaseUrl: url, poolSize: 1 })))
  await Promise.all(stores.map((store) => store.close()))
  const names = await runSql<{ migration_name: string }>(url, 'SELECT migration_name FROM _prisma_migrations')
  expect(new Set(names.map((row) => row.migration_name)).size).toBe(names.length)
})

it('leaves nothing of a migration that fails in the middle', async () => {
  const folder = await folderWith('99990101000000_broken', 'CREATE TABLE half (a int); SELECT 1 / 0;')
  await expect(migrateWith(folder)).rejects.toMatchObject({ code: '22012' })
  expect(await runSql(url, `SELECT to_regclass('half') AS half`)).toEqual([{ half: null }])
  expect(await migrateWith()).toEqual([])
})

it('refuses a database that a newer version migrated', async () => {
  await migrateWith(await folderWith('99990101000001_future', 'CREATE TABLE future (a int)'))
  await expect(openStore({ databaseUrl: url })).rejects.toMatchObject({
    code: 'environment',
    message: expect.stringContaining('"99990101000001_future", which this version does not know'),
  })
})

it('refuses a history that was edited or that failed', async () => {
  await migrateWith()
  await runSql(url, `UPDATE _prisma_migrations SET checksum = repeat('0', 64)`)
  await expect(migrateWith()).rejects.toMatchObject({ code: 'environment', message: expect.stringContaining('edited') })
  await runSql(url, 'UPDATE _prisma_migrations SET finished_at = NULL')
  await expect(migrateWith()).rejects.toMatchObject({ code: 'environment', message: expect.stringContaining('failed') })
})

it('opens an up-to-date database for a role that may not create tables, and says so for a new one', async () => {
  const role = `worker_${url.slice(-12)}`
  await runSql(url, `CREATE ROLE ${role} LOGIN PASSWORD 'worker'`)
  await runSql(url, 'REVOKE CREATE ON SCHEMA public FROM public')
  const restricted = new URL(url)
  restricted.username = role
  restricted.password = 'worker'
  await expect(openStore({ databaseUrl: restricted.href })).rejects.toMatchObject({
    code: 'environment',
    message: expect.stringContaining('this user may not create tables'),
  })
  await migrateWith()
  await runSql(url, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`)
  const store = await openStore({ databaseUrl: restricted.href })
  expect(await store.sweeps(1)).toEqual([])
  await store.close()
  await runSql(url, `REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM ${role}`)
  await runSql(url, `DROP ROLE ${role}`)
})
