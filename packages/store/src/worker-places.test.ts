import type { EncodedBlock } from '@collapsar/sweep'
import { describe, expect, it } from 'vitest'
import { aliveBlock, aliveBlocks, chunkOfSeed, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore(async (opened) => {
  ;({ url, store } = opened)
  await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 1000)] })
  await store.setAuditShare(1)
})

const CAN = { numerics: ['ieee-f32/1'], arbitrates: true } as const

/** A worker reports itself from a machine; one device each, but where it is said. */
const report = (id: string, host: string, device = 'A processor') =>
  store.heartbeat({ id, engine: 'cpu', threads: 1, host, device }, null)

async function hand(worker: string, first: number, lie: (block: EncodedBlock) => EncodedBlock = (block) => block) {
  const chunk = chunkOfSeed(1, first, 1, `${worker}-${first}`)
  return store.record({ chunk, blocks: aliveBlocks(1, first, 1).map(lie), engine: TEST_ENGINE, worker, seconds: 1 })
}

/** The records of the neighbouring block: a valid block, but not this one. */
const lie = ({ index }: EncodedBlock): EncodedBlock => ({ ...aliveBlock(77, index) })

const vote = (worker: string, audit: number, digest: Uint8Array, arbitration = false) =>
  store.vote(audit, { worker, arbitration, digest, engine: 'cpu-test 1' })

/** The worker `liar` of the machine `bad` is convicted by those of two others. */
async function convict(): Promise<void> {
  await report('liar', 'bad')
  for (const id of ['honest', 'third']) await report(id, `of ${id}`)
  await hand('liar', 0, lie)
  for (const id of ['honest', 'third']) await vote(id, (await store.claimAudit(id, CAN))!.audit, aliveBlock(1, 0).digest)
  expect(await store.withdrawals(10)).toMatchObject([{ worker: 'liar' }])
}

const statesOf = async () => Object.fromEntries((await store.workers(20)).map(({ id, state }) => [id, state]))

describe('a quarantine', () => {
  it('holds for a worker that is started again in the same place, and for no other place', async () => {
    await convict()
    expect(await report('liar-again', 'bad')).toBe('quarantined')
    await expect(hand('liar-again', 1)).rejects.toMatchObject({ code: 'not-allowed', message: expect.stringContaining('are those of the quarantined worker liar') as unknown })
    expect(await store.claimAudit('liar-again', CAN)).toBeNull()
    expect(await report('beside', 'bad', 'Another card')).toBe('active')
    expect(await report('elsewhere', 'good')).toBe('active')
    expect(await report('nowhere', '')).toBe('active')
    expect((await store.liveWorkers(60)).map(({ id }) => id)).toEqual(['beside', 'elsewhere', 'honest', 'nowhere', 'third'])
  })

  it('takes in who works there already, at once, but withdraws nothing that was not shown wrong', async () => {
    await report('neighbour', 'bad')
    await store.setAuditShare(0)
    await hand('neighbour', 5)
    await store.setAuditShare(1)
    await convict()
    expect(await statesOf()).toMatchObject({ liar: 'quarantined', neighbour: 'quarantined', honest: 'active' })
    await expect(hand('neighbour', 6)).rejects.toMatchObject({ code: 'not-allowed' })
    await store.withdraw()
    expect(await runSql(url, 'SELECT index FROM blocks')).toEqual([{ index: 5 }])
  })

  it('ends for the place when that is trusted again, and never for who was convicted', async () => {
    await convict()
    await report('liar-again', 'bad')
    expect(await store.trustPlace('liar-again')).toEqual(['liar', 'liar-again'])
    expect(await statesOf()).toMatchObject({ liar: 'quarantined', 'liar-again': 'gone' })
    expect((await store.workers(20)).find(({ id }) => id === 'liar')).toMatchObject({ trustedAt: expect.any(Date) as unknown, reason: expect.stringContaining('audit') as unknown })
    expect(await report('liar-mended', 'bad')).toBe('active')
    expect(await hand('liar-mended', 1)).toMatchObject({ recorded: 1 })
    await expect(hand('liar', 2)).rejects.toMatchObject({ code: 'not-allowed' })
    expect(await store.trustPlace('liar'), 'nothing is left to trust').toEqual([])
  })

  it('begins again with the next lie of a place that was trusted', async () => {
    await convict()
    await store.trustPlace('liar')
    await report('liar-mended', 'bad')
    await hand('liar-mended', 3, lie)
    for (const id of ['honest', 'third']) await vote(id, (await store.claimAudit(id, CAN))!.audit, aliveBlock(1, 3).digest)
    expect(await report('liar-anew', 'bad')).toBe('quarantined')
  })

  it('is of nobody else where nothing is known of the place', async () => {
    for (const id of ['liar', 'honest', 'third']) await report(id, '')
    await hand('liar', 0, lie)
    for (const id of ['honest', 'third']) await vote(id, (await store.claimAudit(id, CAN))!.audit, aliveBlock(1, 0).digest)
    expect(await statesOf()).toEqual({ liar: 'quarantined', honest: 'active', third: 'active' })
    expect(await report('liar-again', '')).toBe('active')
    await expect(store.trustPlace('liar')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('nothing is known') as unknown })
    await expect(store.trustPlace('honest')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('"honest" is active') as unknown })
    await expect(store.trustPlace('nobody')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('of who recorded nothing is forgotten like a worker that is gone; the conviction is not', async () => {
    await convict()
    await report('liar-again', 'bad')
    await runSql(url, `UPDATE workers SET last_seen = now() - interval '2 days'`)
    await store.withdraw()
    await store.forgetWorkers(86_400)
    expect(await statesOf()).toMatchObject({ liar: 'quarantined' })
    expect(await statesOf()).not.toHaveProperty('liar-again')
    expect(await report('liar-anew', 'bad')).toBe('quarantined')
  })
})

describe('in an audit', () => {
  it('nobody answers for the place that recorded', async () => {
    for (const id of ['author', 'author-again']) await report(id, 'one')
    await report('other', 'two')
    await hand('author', 0)
    expect(await store.claimAudit('author-again', CAN)).toBeNull()
    expect(await store.claimAudit('other', CAN)).not.toBeNull()
  })

  it('two workers of one place are one voice: together they convict nobody', async () => {
    await report('honest', 'good')
    for (const id of ['liar', 'liar-again']) await report(id, 'bad')
    await hand('honest', 0)
    const { audit } = (await store.claimAudit('liar', CAN))!
    expect(await vote('liar', audit, lie(aliveBlock(1, 0)).digest)).toBe('disputed')
    expect(await store.claimAudit('liar-again', CAN), 'but for the arbiter of the one that has said something').toBeNull()
    expect(await vote('liar-again', audit, lie(aliveBlock(1, 0)).digest)).toBe('disputed')
    expect(await store.withdrawals(10)).toEqual([])
    await report('third', 'elsewhere')
    expect(await store.claimAudit('third', CAN)).toMatchObject({ audit })
    expect(await vote('third', audit, aliveBlock(1, 0).digest)).toBe('mismatch')
    expect(await statesOf()).toEqual({ honest: 'active', third: 'active', liar: 'quarantined', 'liar-again': 'quarantined' })
  })

  it('a live neighbour of who has spoken keeps no arbiter waiting', async () => {
    for (const id of ['honest', 'neighbour']) await report(id, 'good')
    await report('liar', 'bad')
    await hand('liar', 0, lie)
    const { audit } = (await store.claimAudit('honest', CAN))!
    await vote('honest', audit, aliveBlock(1, 0).digest)
    expect(await store.claimAudit('neighbour', CAN)).toBeNull()
    expect(await store.claimAudit('honest', CAN)).toMatchObject({ audit, arbitration: true })
    expect(await vote('honest', audit, aliveBlock(1, 0).digest, true)).toBe('mismatch')
    expect(await store.withdrawals(10)).toMatchObject([{ worker: 'liar' }])
  })
})
