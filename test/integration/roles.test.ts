import { fileURLToPath } from 'node:url'
import { openStore } from '@collapsar/store'
import { encodeBlock } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aliveRecord, wish } from '../support/blocks.ts'
import { runSql } from '../support/database.ts'
import { installedPostgres, startInstalledPostgres } from '../support/installed-postgres.ts'
import type { InstalledPostgres } from '../support/installed-postgres.ts'

const bin = installedPostgres()
const ROLES = fileURLToPath(new URL('../../infra/postgres/roles.sql', import.meta.url))
const CELL = wish(3, 200)
const BLOCKS = [0, 1].map((index) => encodeBlock(index, Array.from({ length: 100 }, (_, i) => aliveRecord(3, 100 * index + i))))

describe.skipIf(bin === null)('the roles of the services', () => {
  let server: InstalledPostgres
  let owner: string
  const as = (role: string) => Object.assign(new URL(owner), { username: `collapsar_${role}` }).href
  beforeAll(async () => {
    server = await startInstalledPostgres(bin!)
    owner = await server.createDatabase()
    await (await openStore({ databaseUrl: owner })).close()
    const passwords = ['--set', 'service_password=s', '--set', "worker_password=it's"]
    // Twice: after the next migration it is run again.
    for (let i = 0; i < 2; i += 1) server.tool('psql', [owner, '--quiet', '--set', 'ON_ERROR_STOP=1', ...passwords, '--file', ROLES])
  }, 60_000)
  afterAll(() => server.close())

  it('suffice for a sweep: the service submits, claims and finishes, the worker records', async () => {
    const service = await openStore({ databaseUrl: as('service') })
    const worker = await openStore({ databaseUrl: as('worker') })
    try {
      const { sweep } = await service.createSweep({ name: 'roles', source: {}, cells: [CELL] })
      const chunk = { id: 'c-1', cell: CELL.cell, engine: 'cpu', firstBlock: 0, blocks: 2 } as const
      expect(await service.issue([chunk])).toHaveLength(1)
      await worker.heartbeat({ id: 'w', engine: 'cpu', threads: 1 }, 1e9)
      expect(await worker.chunkWork('c-1')).toMatchObject({ chunk })
      expect(await worker.fail('c-1', 'a test')).toBe('retry')
      const result = { chunk, blocks: BLOCKS, engine: { id: 'cpu', version: '1' }, worker: 'w', seconds: 1 }
      expect(await worker.record(result)).toEqual({ recorded: 2, duplicate: 0 })
      expect(await service.finishSweeps()).toEqual([sweep.id])
      expect((await service.verify()).mismatches).toEqual([])
    } finally {
      await service.close()
      await worker.close()
    }
  })

  it.each([
    ['worker', 'DROP TABLE blocks', 'must be owner'],
    ['worker', 'CREATE TABLE mine ()', 'permission denied'],
    ['worker', 'DELETE FROM blocks', 'permission denied'],
    ['worker', 'UPDATE blocks SET index = 1', 'permission denied'],
    ['worker', 'DELETE FROM sweeps', 'permission denied'],
    ['worker', `UPDATE sweeps SET state = 'cancelled'`, 'permission denied'],
    ['service', 'UPDATE blocks SET index = 1', 'permission denied'],
    ['service', 'TRUNCATE blocks', 'permission denied'],
    ['service', 'ALTER TABLE cells ADD COLUMN mine INT', 'must be owner'],
  ])('do not let the %s %s', async (role, statement, refusal) => {
    await expect(runSql(as(role), statement)).rejects.toThrow(refusal)
  })

  it('cover every table', async () => {
    const rows = await runSql<{ name: string }>(owner, `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND NOT has_table_privilege('collapsar_service', oid, 'SELECT')`)
    expect(rows).toEqual([])
  })
})
