import { createHash } from 'node:crypto'
import { cellDigest, tallyOf } from '@collapsar/sweep'
import type { EncodedBlock } from '@collapsar/sweep'
import { beforeEach, describe, expect, it } from 'vitest'
import { aliveBlock, aliveBlocks, aliveRecord, chunkOfSeed, TEST_ENGINE, trialSpec, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore(async (opened) => {
  ;({ url, store } = opened)
  for (const id of ['honest', 'liar', 'third']) await store.heartbeat({ id, engine: 'cpu', threads: 1 }, null)
}, { poolSize: 8 })

const CAN = { numerics: ['ieee-f32/1'], arbitrates: true } as const
const CELL = wish(1, 0).cell

/** Hands in blocks of the cell with this seed under the name of a worker; `lie` stands in for some of them. */
async function hand(worker: string, seed: number, first: number, count: number, lie: (block: EncodedBlock) => EncodedBlock = (block) => block) {
  const chunk = chunkOfSeed(seed, first, count, `${worker}-${seed}-${first}`)
  return store.record({ chunk, blocks: aliveBlocks(seed, first, count).map(lie), engine: TEST_ENGINE, worker, seconds: 1 })
}

/** The records of the neighbouring block: a valid block, but not this one. */
const lie = ({ index }: EncodedBlock): EncodedBlock => ({ ...aliveBlock(77, index) })

async function voteAs(worker: string, audit: number, digest: Uint8Array, arbitration = false) {
  return store.vote(audit, { worker, arbitration, digest, engine: 'cpu-test 1' })
}

async function sweepOf(seed: number, inits: number, source: unknown = {}): Promise<string> {
  return (await store.createSweep({ name: 'map', source, cells: [wish(seed, inits)] })).sweep.id
}

describe('the draw', () => {
  it('takes the blocks whose SHA-256 over secret, cell and index lies below the share, and no other', async () => {
    await sweepOf(1, 20_000)
    await store.setAuditShare(0.25)
    await hand('honest', 1, 0, 200)
    const [rule] = await runSql<{ secret: Buffer; key: number }>(url, 'SELECT secret, key FROM audit_rule, cells')
    const drawn = Array.from({ length: 200 }, (_, index) => index).filter((index) => {
      const block = Buffer.alloc(8)
      block.writeInt32BE(rule!.key, 0)
      block.writeInt32BE(index, 4)
      return createHash('sha256').update(rule!.secret).update(block).digest().readUInt32BE(0) < 0.25 * 2 ** 32
    })
    expect((await store.audits(300)).map(({ block }) => block).toSorted((a, b) => a - b)).toEqual(drawn)
    // Binomial(200, 1/4): outside of [20, 85] with a probability below 1e-6 for any secret.
    expect(drawn.length).toBeGreaterThan(19)
    expect(drawn.length).toBeLessThan(86)
  })

  it('is off at first, and leaves out blocks without a worker and numerics whose bits machines do not share', async () => {
    await sweepOf(1, 300)
    await hand('honest', 1, 0, 1)
    await store.setAuditShare(1)
    await store.recordBlocks(CELL, [aliveBlock(1, 1)], TEST_ENGINE)
    const spec = { ...trialSpec(2), numerics: 'webgpu-f32/1' as const }
    await store.createSweep({ name: 'gpu', source: {}, cells: [{ cell: wish(2, 0).cell, spec, inits: 100 }] })
    await hand('honest', 2, 0, 1)
    expect(await store.audits(10)).toEqual([])
    await hand('honest', 1, 2, 1)
    expect(await store.audits(10)).toMatchObject([{ cell: CELL, block: 2, cause: 'drawn', state: 'open', author: 'honest' }])
  })
})

describe('an audit', () => {
  beforeEach(async () => {
    await sweepOf(1, 200)
    await store.setAuditShare(1)
  })

  it('goes to another worker than the author, once at a time, and matches when the digests are equal', async () => {
    await hand('honest', 1, 0, 1)
    expect(await store.claimAudit('honest', CAN)).toBeNull()
    expect(await store.claimAudit('third', { ...CAN, numerics: ['ieee-f64/1'] })).toBeNull()
    const work = await store.claimAudit('third', CAN)
    expect(work).toMatchObject({ cell: CELL, block: 0, spec: trialSpec(1), arbitration: false })
    expect(await store.claimAudit('liar', CAN)).toBeNull()
    expect(await voteAs('third', work!.audit, aliveBlock(1, 0).digest)).toBe('match')
    expect(await voteAs('liar', work!.audit, aliveBlock(1, 1).digest)).toBe('late')
    expect(await store.audits(10)).toMatchObject([{ state: 'match', votes: [{ worker: 'honest' }, { worker: 'third' }] }])
    expect(await store.withdraw()).toEqual([])
  })

  it('is given to another worker when its lease has passed, and two that vote the same decide it once', async () => {
    await hand('honest', 1, 0, 1)
    const first = await store.claimAudit('third', CAN)
    await runSql(url, `UPDATE audits SET lease_until = now() - interval '1 second'`)
    expect(await store.claimAudit('liar', CAN)).toEqual(first)
    const votes = await Promise.all(['third', 'liar'].map((worker) => voteAs(worker, first!.audit, aliveBlock(1, 0).digest)))
    expect(votes.toSorted()).toEqual(['late', 'match'])
  })

  it('is given up after three trainings that threw, and accuses nobody', async () => {
    await hand('honest', 1, 0, 1)
    for (const time of [1, 2, 3]) {
      const work = await store.claimAudit('third', CAN)
      await store.failAudit(work!.audit, `fault ${time}`)
    }
    expect(await store.claimAudit('third', CAN)).toBeNull()
    expect(await store.audits(10)).toMatchObject([{ state: 'given_up', reason: 'fault 3', agreed: null }])
    expect(await store.withdrawals(10)).toEqual([])
  })

  it('that finds a difference waits for a third worker, which decides against the auditor as well as against the author', async () => {
    await hand('honest', 1, 0, 1)
    const work = await store.claimAudit('liar', CAN)
    expect(await voteAs('liar', work!.audit, lie(aliveBlock(1, 0)).digest)).toBe('disputed')
    expect(await store.claimAudit('liar', CAN), 'the third worker lives').toBeNull()
    expect(await store.claimAudit('third', CAN)).toEqual(work)
    expect(await voteAs('third', work!.audit, aliveBlock(1, 0).digest)).toBe('mismatch')
    expect(await store.withdrawals(10)).toMatchObject([{ worker: 'liar', blocks: 0 }])
    expect(await store.withdraw(), 'the recorded block is right').toEqual([])
    await expect(hand('liar', 1, 1, 1)).rejects.toMatchObject({ code: 'not-allowed', message: expect.stringContaining('"liar" is quarantined') })
    expect(await store.claimAudit('liar', CAN)).toBeNull()
  })

  it('is arbitrated on the machine of the auditor, not of the author, where no third worker lives', async () => {
    await hand('liar', 1, 0, 1, lie)
    const work = await store.claimAudit('honest', CAN)
    await voteAs('honest', work!.audit, aliveBlock(1, 0).digest)
    expect(await store.claimAudit('honest', CAN)).toBeNull()
    await runSql(url, `UPDATE workers SET last_seen = now() - interval '1 minute' WHERE id = 'third'`)
    expect(await store.claimAudit('liar', CAN)).toBeNull()
    expect(await store.claimAudit('honest', { ...CAN, arbitrates: false })).toBeNull()
    expect(await store.claimAudit('honest', CAN)).toEqual({ ...work, arbitration: true })
    expect(await voteAs('honest', work!.audit, aliveBlock(1, 0).digest, true)).toBe('mismatch')
    expect(await store.withdrawals(10)).toMatchObject([{ worker: 'liar' }])
  })
})

describe('two digests of one block', () => {
  it('open an audit, whoever is right, and the contradicting recording changes nothing', async () => {
    await sweepOf(1, 200)
    await hand('liar', 1, 0, 1, lie)
    await expect(hand('honest', 1, 0, 2)).rejects.toMatchObject({ code: 'damaged' })
    expect(await runSql(url, 'SELECT index FROM blocks')).toEqual([{ index: 0 }])
    const [audit] = await store.audits(10)
    expect(audit).toMatchObject({ cause: 'conflict', state: 'open', votes: [{ worker: 'liar' }, { worker: 'honest' }] })
    expect(await voteAs('third', audit!.id, aliveBlock(1, 0).digest)).toBe('mismatch')
    expect(await store.withdraw()).toMatchObject([{ cell: CELL, blocks: 1 }])
  })

  it('withdraw a single block that no worker is known for when two workers agree on another', async () => {
    await sweepOf(1, 200)
    await store.recordBlocks(CELL, [lie(aliveBlock(1, 0)), aliveBlock(1, 1)], TEST_ENGINE)
    await expect(hand('honest', 1, 0, 1)).rejects.toMatchObject({ code: 'damaged' })
    const [audit] = await store.audits(10)
    expect(await voteAs('third', audit!.id, aliveBlock(1, 0).digest)).toBe('mismatch')
    await store.withdraw()
    expect(await runSql(url, 'SELECT index FROM blocks')).toEqual([{ index: 1 }])
    expect(await store.withdrawals(10)).toMatchObject([{ worker: null, blocks: 1, cells: 1, finishedAt: expect.any(Date) }])
  })
})

describe('a withdrawal', () => {
  /** Two sweeps done, a third one running; the liar recorded blocks 1 and 3 of the first cell and 0 of the second. */
  async function convict(): Promise<{ done: string; long: string; other: string }> {
    const [done, long, other] = [await sweepOf(1, 250), await sweepOf(1, 500), await sweepOf(2, 100, { until: {} })]
    await hand('honest', 1, 0, 1)
    await store.setAuditShare(1)
    await hand('liar', 1, 1, 1)
    await store.setAuditShare(0)
    await hand('honest', 1, 2, 1)
    await hand('liar', 1, 3, 1, lie)
    await hand('liar', 2, 0, 1, lie)
    expect((await store.finishSweeps()).toSorted()).toEqual([done, other].toSorted())
    await expect(hand('honest', 1, 3, 1)).rejects.toMatchObject({ code: 'damaged' })
    const [conflict, drawn] = await store.audits(10)
    expect(await voteAs('third', drawn!.id, aliveBlock(1, 1).digest)).toBe('match')
    expect(await voteAs('third', conflict!.id, aliveBlock(1, 3).digest)).toBe('mismatch')
    return { done, long, other }
  }

  it('deletes what no audit has matched, recounts, and opens the sweeps that had counted it, with their goals', async () => {
    const { done, long, other } = await convict()
    // The long sweep had not come to its end: its row was open.
    expect(await store.withdraw()).toEqual([
      { cell: CELL, blocks: 1, sweeps: [] },
      { cell: wish(2, 0).cell, blocks: 1, sweeps: [other] },
    ])
    expect(await runSql(url, 'SELECT cell, index FROM blocks ORDER BY 1, 2')).toMatchObject([{ index: 0 }, { index: 1 }, { index: 2 }])
    expect((await store.verify()).mismatches).toEqual([])
    expect((await store.sweep(done))?.state).toBe('done')
    expect(await store.sweep(other)).toMatchObject({ state: 'active', adaptive: true, finishedAt: null })
    expect((await store.sweepCells(other))[0]).toMatchObject({ inits: 100, digest: null, tally: { trials: 0 }, engines: [] })

    await hand('honest', 1, 3, 2)
    await hand('honest', 2, 0, 1)
    expect((await store.sweepCells(long))[0]).toMatchObject({
      tally: tallyOf(Array.from({ length: 500 }, (_, trial) => aliveRecord(1, trial))),
      digest: cellDigest(aliveBlocks(1, 0, 5).map(({ digest }) => digest)),
    })
    expect((await store.verify()).mismatches).toEqual([])
    expect(await store.withdraw(), 'there is nothing left').toEqual([])
  })

  it('reopens a frozen row of a sweep that is done, and of no sweep that ends before the block', async () => {
    const { done, long } = await convict()
    await runSql(url, `DELETE FROM audits WHERE cause = 'drawn'`)
    await store.withdraw()
    expect((await store.sweep(done))?.state).toBe('active')
    expect((await store.progress(done))[0]).toMatchObject({ prefixBlocks: 1, settled: [2], goalBlocks: 3 })
    expect((await store.progress(long))[0]).toMatchObject({ prefixBlocks: 1, settled: [2], goalBlocks: 5 })
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('ends in the same state when two processes carry it out at once and one of them was interrupted before', async () => {
    const { other } = await convict()
    await runSql(
      url,
      `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$`,
    )
    await runSql(url, 'CREATE TRIGGER die AFTER UPDATE ON sweeps FOR EACH ROW EXECUTE FUNCTION die()')
    await expect(store.withdraw()).rejects.toThrow(/terminat/)
    expect((await store.verify()).mismatches).toEqual([])
    await runSql(url, 'DROP TRIGGER die ON sweeps')
    const both = (await Promise.all([store.withdraw(), store.withdraw()])).flat()
    expect(both.map(({ blocks }) => blocks)).toEqual([1])
    expect(await store.withdrawals(10)).toMatchObject([{ worker: 'liar', blocks: 2, cells: 2 }])
    expect((await store.sweep(other))?.state).toBe('active')
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('lets no block in that its worker commits while it is being convicted: 8 recorders against one vote', async () => {
    await sweepOf(1, 4000)
    await hand('liar', 1, 0, 1, lie)
    await expect(hand('honest', 1, 0, 1)).rejects.toMatchObject({ code: 'damaged' })
    const [audit] = await store.audits(1)
    const recording = Array.from({ length: 8 }, async (_, worker) => {
      for (let block = 1 + worker; block < 40; block += 8) await hand('liar', 1, block, 1, lie).catch(() => undefined)
    })
    await voteAs('third', audit!.id, aliveBlock(1, 0).digest)
    await store.withdraw()
    await Promise.all(recording)
    expect(await runSql(url, 'SELECT index FROM blocks')).toEqual([])
    expect((await store.verify()).mismatches).toEqual([])
  })
})
