import { expect } from 'vitest'
import { runSql } from '../support/database.ts'
import { strength } from './form.ts'
import { openInstallation, until } from './installation.ts'
import type { Installation } from './installation.ts'
import { deliveries } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { calm, expectGolden, isDone, ripple, submit } from './waves.ts'

/** Fewer blocks need a larger share, so that some of the liar's are drawn: 20 of the 2,000 blocks of the full form, 12 of the 40 of the short one. */
const SHARE = strength(0.01, 0.05, 0.3)
const INITS = strength(100_000, 20_000, 2000)
const BLOCKS = (2 * INITS) / 100

/** F11: a worker whose memory flips bits, which nobody sees but who trains the same trials again. */
export const lyingWorker: Scenario = {
  id: 'F11',
  fault: `a worker of three flips one bit in 1% of its networks; ${100 * SHARE}% of the blocks are audited`,
  promise: 'caught, quarantined, its blocks withdrawn; golden',
  limitSeconds: 300,
  run: async (servers) => {
    const site = await openInstallation(servers)
    const source = { ...ripple(11), inits: INITS }
    try {
      // Which blocks are audited is a secret of the installation: this one is known, so that the same are drawn each time.
      await runSql(site.databaseUrl, `UPDATE audit_rule SET secret = decode(repeat('5a', 32), 'hex')`)
      const id = await submit(site.store, source)
      site.start('planner', '--chunk-seconds', '1', '--reconcile-seconds', '1', '--audit-share', String(SHARE))
      const liar = String((await site.sabotaged('worker', { LIE: '1' }).event('worker started'))['worker'])
      await until('the liar has recorded a third', async () => (await blocksOf(site, liar)) >= BLOCKS / 3, 120_000)
      // Who works where the liar does is believed no more than the liar.
      site.worker('second')
      site.worker('third')
      await until('what the liar recorded is withdrawn and recorded again', () => isSettled(site, id, liar), 180_000)

      const withdrawals = await site.store.withdrawals(10)
      expect(withdrawals.map(({ worker }) => worker)).toEqual([liar])
      expect(withdrawals[0]!.blocks).toBeGreaterThanOrEqual(BLOCKS / 3)
      expect(await blocksOf(site, liar)).toBe(0)
      expect(await runSql(site.databaseUrl, `SELECT id FROM workers WHERE state = 'quarantined'`)).toEqual([{ id: liar }])
      const audits = await site.store.audits(10_000)
      const caught = audits.filter(({ state, author }) => state === 'mismatch' && author === liar)
      expect(caught.length).toBeGreaterThan(0)
      await expectGolden(site.store, id, await calm(servers, source))
      expect((await site.store.verify()).mismatches).toEqual([])
      const note = `${withdrawals[0]!.blocks} of ${BLOCKS} blocks withdrawn, ${caught.length} of ${audits.length} audits differed`
      return { struck: caught.length, ...deliveries(site), overCalm: null, note }
    } finally {
      await site.close()
    }
  },
}

async function blocksOf({ databaseUrl }: Installation, worker: string): Promise<number> {
  const [row] = await runSql<{ blocks: number }>(
    databaseUrl,
    'SELECT count(*)::int AS blocks FROM blocks JOIN workers ON workers.key = blocks.worker WHERE workers.id = $1',
    [worker],
  )
  return row?.blocks ?? 0
}

async function isSettled({ store }: Installation, id: string, liar: string): Promise<boolean> {
  const [withdrawals, audits] = [await store.withdrawals(10), await store.audits(10_000)]
  return (
    withdrawals.length > 0 &&
    withdrawals.every(({ finishedAt }) => finishedAt !== null) &&
    audits.every(({ state, author }) => state !== 'open' || author !== liar) &&
    isDone(store, id)
  )
}
