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

  it('suffice for an audit that finds a fault: workers vote, the service withdraws, and what was wrong is recorded again', async () => {
    const [service, worker] = [await openStore({ databaseUrl: as('service') }), await openStore({ databaseUrl: as('worker') })]
    const cell = wish(4, 100)
    const [right, wrong] = [4, 5].map((seed) => encodeBlock(0, Array.from({ length: 100 }, (_, i) => aliveRecord(seed, i))))
    const record = (id: string, block: typeof right) =>
      worker.record({ chunk: { id, cell: cell.cell, engine: 'cpu', firstBlock: 0, blocks: 1 }, blocks: [block!], engine: { id: 'cpu', version: '1' }, worker: id, seconds: 1 })
    try {
      const { sweep } = await service.createSweep({ name: 'audited', source: {}, cells: [cell] })
      for (const id of ['liar', 'honest-1', 'honest-2']) await worker.heartbeat({ id, engine: 'cpu', threads: 1 }, 1e9)
      await service.setAuditShare(1)
      expect(await record('liar', wrong)).toEqual({ recorded: 1, duplicate: 0 })
      await expect(record('honest-1', right)).rejects.toMatchObject({ code: 'damaged' })
      const can = { numerics: [cell.spec.numerics], arbitrates: false }
      const claimed = await worker.claimAudit('honest-2', can)
      await worker.failAudit(claimed!.audit, 'a test')
      const { audit } = (await worker.claimAudit('honest-2', can))!
      expect(await worker.vote(audit, { worker: 'honest-2', arbitration: false, digest: right!.digest, engine: 'cpu 1' })).toBe('mismatch')
      expect(await service.withdraw()).toEqual([{ cell: cell.cell, blocks: 1, sweeps: [sweep.id] }])
      expect(await service.withdrawals(10)).toMatchObject([{ worker: 'liar', blocks: 1 }])
      expect(await record('honest-2', right)).toEqual({ recorded: 1, duplicate: 0 })
      expect(await service.finishSweeps()).toEqual([sweep.id])
    } finally {
      await service.setAuditShare(0)
      await service.close()
      await worker.close()
    }
  })

  it('suffice for a replay, a gap with its retry, an extension and a key', async () => {
    const [service, worker] = [await openStore({ databaseUrl: as('service') }), await openStore({ databaseUrl: as('worker') })]
    const cell = wish(6, 100)
    const chunk = { id: 'c-6', cell: cell.cell, engine: 'cpu', firstBlock: 0, blocks: 1 } as const
    try {
      const { sweep } = await service.createSweep({ name: 'asked', source: {}, cells: [cell] })
      await service.issue([chunk])
      for (const consequence of ['retry', 'retry', 'gap']) expect(await worker.fail('c-6', 'a test')).toBe(consequence)
      expect(await service.retryGaps(sweep.id)).toBe(1)
      await service.extend(sweep.id, { inits: 200 })
      const { id } = await service.requestReplay(cell.cell, 7)
      for (const reason of ['once', 'twice']) {
        expect((await worker.claimReplay([cell.spec.numerics]))?.id).toBe(id)
        await worker.failReplay(id, reason)
      }
      expect((await worker.claimReplay([cell.spec.numerics]))?.id).toBe(id)
      await worker.finishReplay(id, { recorded: { found: false } } as never)
      expect((await service.replay(id))?.state).toBe('done')
      const { key } = await service.keys.create({ name: 'a', scopes: ['read'] })
      expect((await service.keys.revoke(key.id)).revokedAt).not.toBeNull()
      await service.cancel(sweep.id)
      await service.remove(sweep.id)
      await worker.retire('honest-1')
      expect(await service.forgetWorkers(0)).toBeGreaterThanOrEqual(0)
    } finally {
      await service.close()
      await worker.close()
    }
  })

  it.each([
    ['worker', 'SELECT id FROM api_keys', 'permission denied'],
    ['worker', `INSERT INTO api_keys (id, name, hash, scopes) VALUES ('key-1', 'mine', '', '{admin}')`, 'permission denied'],
    ['worker', 'SELECT secret FROM audit_rule', 'permission denied'],
    ['worker', 'UPDATE audit_rule SET share = 0', 'permission denied'],
    ['worker', 'DELETE FROM audits', 'permission denied'],
    ['worker', 'UPDATE audit_votes SET digest = NULL', 'permission denied'],
    ['worker', 'UPDATE withdrawals SET finished_at = now()', 'permission denied'],
    ['worker', `INSERT INTO replays (id, cell, trial) VALUES ('rp-1', 1, 1)`, 'permission denied'],
    ['worker', 'DELETE FROM workers', 'permission denied'],
    ['service', 'SELECT secret FROM audit_rule', 'permission denied'],
    ['service', 'DELETE FROM api_keys', 'permission denied'],
    ['service', 'DELETE FROM audits', 'permission denied'],
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
      AND NOT has_any_column_privilege('collapsar_service', oid, 'SELECT')`)
    expect(rows).toEqual([])
  })
})
