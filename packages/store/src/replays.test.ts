import type { WireReplay } from '@collapsar/sweep'
import { expect, it } from 'vitest'
import { trialSpec, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import { MAXIMUM_PENDING_REPLAYS } from './replay-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore(async (opened) => {
  ;({ url, store } = opened)
  await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 100)] })
}, { poolSize: 8 })

const CELL = wish(1, 0).cell
const NUMERICS = ['ieee-f32/1'] as const
const RESULT = { cell: CELL, trial: 7, outcome: 'converged', traceStride: 1, lossTrace: [1, null] } as unknown as WireReplay

it('is one wish for a trial however many ask at once, and goes to one worker with the numerics', async () => {
  const replays = await Promise.all(Array.from({ length: 8 }, () => store.requestReplay(CELL, 7)))
  expect(new Set(replays.map(({ id }) => id)).size).toBe(1)
  expect(replays[0]).toMatchObject({ cell: CELL, trial: 7, state: 'pending', finishedAt: null, reason: null, result: null })
  expect(await store.claimReplay(['ieee-f64/1'])).toBeNull()
  expect(await store.claimReplay(NUMERICS)).toEqual({ id: replays[0]!.id, cell: CELL, spec: trialSpec(1), trial: 7 })
  expect(await store.claimReplay(NUMERICS)).toBeNull()
  await runSql(url, `UPDATE replays SET lease_until = now() - interval '1 second'`)
  expect(await store.claimReplay(NUMERICS)).not.toBeNull()
})

it('keeps the first result, and a later wish for the trial is a new one', async () => {
  const { id } = await store.requestReplay(CELL, 7)
  await store.finishReplay(id, RESULT)
  await store.finishReplay(id, { ...RESULT, outcome: 'stalled' })
  await store.failReplay(id, 'late')
  expect(await store.replay(id)).toMatchObject({ state: 'done', result: RESULT, reason: null, finishedAt: expect.any(Date) })
  expect((await store.requestReplay(CELL, 7)).id).not.toBe(id)
})

it('fails with the reason after three trainings that threw', async () => {
  const { id } = await store.requestReplay(CELL, 7)
  for (const time of [1, 2, 3]) {
    expect(await store.replay(id)).toMatchObject({ state: 'pending', reason: null })
    await store.claimReplay(NUMERICS)
    await store.failReplay(id, `fault ${time}`)
  }
  expect(await store.replay(id)).toMatchObject({ state: 'failed', reason: 'fault 3', result: null })
})

it('fails when three workers have ended over it', async () => {
  const { id } = await store.requestReplay(CELL, 7)
  for (let worker = 0; worker < 3; worker += 1) {
    expect(await store.claimReplay(NUMERICS)).toMatchObject({ id })
    await runSql(url, `UPDATE replays SET lease_until = now() - interval '1 second'`)
  }
  expect(await store.claimReplay(NUMERICS)).toBeNull()
  expect(await store.replay(id)).toMatchObject({ state: 'failed', reason: 'each worker that tried it ended over it' })
  expect((await store.requestReplay(CELL, 7)).id).not.toBe(id)
})

it('refuses an unknown cell, and more wishes than may wait, but not one that waits already', async () => {
  await expect(store.requestReplay('c1_unknown', 0)).rejects.toMatchObject({ code: 'not-found' })
  for (let trial = 0; trial < MAXIMUM_PENDING_REPLAYS; trial += 1) await store.requestReplay(CELL, trial)
  await expect(store.requestReplay(CELL, 1000)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('100 replays wait') })
  expect(await store.requestReplay(CELL, 5)).toMatchObject({ state: 'pending' })
})

it('expires after a day, and is forgotten after a week', async () => {
  const { id } = await store.requestReplay(CELL, 7)
  await runSql(url, `UPDATE replays SET requested_at = now() - interval '25 hours'`)
  expect(await store.replay(id)).toMatchObject({ state: 'failed', reason: 'no worker carried it out within a day' })
  expect(await store.claimReplay(NUMERICS)).toBeNull()
  expect((await store.requestReplay(CELL, 7)).id).not.toBe(id)
  await runSql(url, `UPDATE replays SET finished_at = now() - interval '8 days' WHERE id = $1`, [id])
  await store.requestReplay(CELL, 8)
  expect(await store.replay(id)).toBeNull()
})
