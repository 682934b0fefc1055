import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@collapsar/store'
import { cellDigest, encodeBlock } from '@collapsar/sweep'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate, MIGRATIONS_FOLDER } from '../../packages/store/src/migrate.ts'
import { aliveRecord, wish } from '../support/blocks.ts'
import { runSql } from '../support/database.ts'
import { installedPostgres, startInstalledPostgres } from '../support/installed-postgres.ts'
import type { InstalledPostgres } from '../support/installed-postgres.ts'

const bin = installedPostgres()
const ENGINE = { id: 'cpu', version: '1' }
const CELL = wish(7, 400)
/** The four blocks of the cell, which any trainer would record. */
const BLOCKS = Array.from({ length: 4 }, (_, index) => encodeBlock(index, Array.from({ length: 100 }, (_trial, i) => aliveRecord(7, 100 * index + i))))

describe.skipIf(bin === null)('an installation on a Postgres of its own', () => {
  let server: InstalledPostgres
  let scratch: string
  beforeAll(async () => {
    server = await startInstalledPostgres(bin!)
    scratch = mkdtempSync(join(tmpdir(), 'collapsar-backup-'))
  }, 60_000)
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true })
    await server.close()
  })

  it('is backed up by pg_dump in the middle of a sweep, restored into an empty database, and goes on to the same digest', async () => {
    const url = await server.createDatabase()
    const id = await halfASweep(url)
    const file = join(scratch, 'backup.dump')
    server.tool('pg_dump', ['--format=custom', '--file', file, url])
    const restored = await server.createDatabase()
    server.tool('pg_restore', ['--no-owner', '--exit-on-error', '--dbname', restored, file])
    await expectToGoOn(restored, id)
  })

  it('is brought up from the first release with what it has recorded', async () => {
    const url = await server.createDatabase()
    const id = await halfASweep(url)
    const old = await server.createDatabase()
    await withClient(old, (client) => migrate(client, firstMigration(scratch)))
    await copyRows(url, old)
    await expectToGoOn(old, id)
  })
})

/** Two of the four blocks that the sweep asks for; its id. */
async function halfASweep(url: string): Promise<string> {
  const store = await openStore({ databaseUrl: url })
  try {
    const { sweep } = await store.createSweep({ name: 'half', source: {}, cells: [CELL] })
    await store.recordBlocks(CELL.cell, BLOCKS.slice(0, 2), ENGINE)
    return sweep.id
  } finally {
    await store.close()
  }
}

async function expectToGoOn(url: string, id: string): Promise<void> {
  const store = await openStore({ databaseUrl: url })
  try {
    expect((await store.verify()).mismatches).toEqual([])
    expect((await store.sweepCells(id))[0]?.tally.trials).toBe(200)
    expect(await store.recordBlocks(CELL.cell, BLOCKS, ENGINE)).toEqual({ recorded: 2, duplicate: 2, fresh: [2, 3] })
    expect(await store.finishSweeps()).toEqual([id])
    expect((await store.sweepCells(id))[0]?.digest).toBe(cellDigest(BLOCKS.map(({ digest }) => digest)))
    expect(await store.verify()).toMatchObject({ blocks: 4, mismatches: [] })
  } finally {
    await store.close()
  }
}

/** A folder with the oldest migration alone. */
function firstMigration(scratch: string): string {
  const folder = join(scratch, 'first')
  const [name = ''] = readdirSync(MIGRATIONS_FOLDER).filter((entry) => /^\d{14}_/.test(entry)).toSorted()
  mkdirSync(folder)
  cpSync(join(MIGRATIONS_FOLDER, name), join(folder, name), { recursive: true })
  return folder
}

/** What the newer database holds in the columns that the older one has, as the older release had written it. */
async function copyRows(from: string, to: string): Promise<void> {
  for (const table of ['engines', 'cells', 'blocks', 'sweeps', 'sweep_cells']) {
    const columns = await runSql<{ name: string }>(to, `SELECT quote_ident(column_name) AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`, [table])
    const names = columns.map(({ name }) => name)
    const rows = await runSql<Record<string, unknown>>(from, `SELECT ${names.join(', ')} FROM ${table}`)
    for (const row of rows) {
      const values = Object.values(row).map((value) => (isDocument(value) ? JSON.stringify(value) : value))
      await runSql(to, `INSERT INTO ${table} (${names.join(', ')}) VALUES (${values.map((_, i) => `$${i + 1}`).join(', ')})`, values)
    }
  }
}

function isDocument(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value) && !(value instanceof Date)
}

async function withClient(url: string, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
