import { expect, it } from 'vitest'
import { aliveBlocks, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

function record(seed: number, first: number, count: number): Promise<unknown> {
  return store.recordBlocks(wish(seed, 0).cell, aliveBlocks(seed, first, count), TEST_ENGINE)
}

const log = () =>
  runSql(url, 'SELECT number, inits, max_inits AS "maxInits", max_device_seconds AS "maxDeviceSeconds" FROM extensions ORDER BY number')

it('opens the rows whose goal grows, keeps the file as it was, and ends with what a new sweep would have', async () => {
  const source = { inits: 150 }
  const { sweep } = await store.createSweep({ name: 'map', source, cells: [wish(1, 150), wish(2, 150)] })
  await record(1, 0, 5)
  await record(2, 0, 2)
  expect(await store.finishSweeps()).toEqual([sweep.id])
  const extended = await store.extend(sweep.id, { inits: 420 })
  expect(extended).toMatchObject({ state: 'active', finishedAt: null, source, extension: { number: 1, inits: 420, maxInits: null } })
  // Cell 1 has its 420 trials already; of cell 2, the prefix of 200.
  expect((await store.sweepCells(sweep.id)).map(({ inits, tally, digest }) => [inits, tally.trials, digest !== null])).toEqual([
    [420, 420, true],
    [420, 200, false],
  ])
  expect((await store.progress(sweep.id)).map(({ goalBlocks }) => goalBlocks)).toEqual([5, 5])
  await record(2, 2, 3)
  expect(await store.finishSweeps()).toEqual([sweep.id])
  const fresh = await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 420), wish(2, 420)] })
  expect(await store.sweepCells(sweep.id)).toEqual(await store.sweepCells(fresh.sweep.id))
})

it('logs every extension once, however often it is asked for, and shows the last one everywhere', async () => {
  const { id } = (await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 100)] })).sweep
  const answers = await Promise.all(Array.from({ length: 12 }, () => store.extend(id, { inits: 300 })))
  expect(new Set(answers.map(({ extension }) => extension?.number))).toEqual(new Set([1]))
  await store.extend(id, { inits: 500 })
  expect(await log()).toEqual([
    { number: 1, inits: 300, maxInits: null, maxDeviceSeconds: null },
    { number: 2, inits: 500, maxInits: null, maxDeviceSeconds: null },
  ])
  const last = { number: 2, inits: 500, maxInits: null, maxDeviceSeconds: null }
  expect((await store.activeSweeps())[0]?.extension).toEqual(last)
  expect((await store.sweeps(1))[0]?.extension).toEqual(last)
  expect((await store.sweep(id))?.extension).toEqual(last)
})

it('extends a paused sweep, which stays paused', async () => {
  const { id } = (await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 100)] })).sweep
  await store.pause(id)
  expect(await store.extend(id, { inits: 200 })).toMatchObject({ state: 'paused', extension: { inits: 200 } })
})

it('lets cells that asked for less come to the same number', async () => {
  const { id } = (await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 100), wish(2, 300)] })).sweep
  await store.extend(id, { inits: 300 })
  expect((await store.sweepCells(id)).map(({ inits }) => inits)).toEqual([300, 300])
})

it('refuses less than before and changes nothing', async () => {
  const { sweep } = await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 300)] })
  await expect(store.extend(sweep.id, { inits: 299 })).rejects.toMatchObject({
    code: 'conflict',
    problems: [{ pointer: '/inits', detail: 'inits is 299; accepted: what the sweep asks for now, 300, or more' }],
  })
  expect(await store.sweep(sweep.id)).toEqual(sweep)
  expect(await log()).toEqual([])
})

it('lets the rounds of an adaptive sweep go on, and takes no decision that does not know of it', async () => {
  const source = { until: { decide: [0.1], maxInits: 200, maxDeviceSeconds: 60 } }
  const { id } = (await store.createSweep({ name: 'decide', source, cells: [wish(1, 100)], adaptive: true })).sweep
  await record(1, 0, 1)
  expect(await store.nextRound(id, 1, null)).toBe(true)
  expect(await store.finishSweeps()).toEqual([id])
  expect(await store.extend(id, { maxInits: 400 })).toMatchObject({
    state: 'active',
    adaptive: true,
    extension: { number: 1, inits: null, maxInits: 400, maxDeviceSeconds: 60 },
  })
  // The goals did not change: only a decision can raise them. One made before the extension would end the rounds.
  expect((await store.sweepCells(id)).map(({ inits }) => inits)).toEqual([100])
  expect(await store.nextRound(id, 1, null, 0)).toBe(false)
  expect(await store.nextRound(id, 1, [400], 1)).toBe(true)
  await store.extend(id, { maxDeviceSeconds: 90 })
  expect((await log()).at(-1)).toEqual({ number: 2, inits: null, maxInits: 400, maxDeviceSeconds: 90 })
  await store.extend(id, { maxInits: 400, maxDeviceSeconds: 90 })
  expect(await log()).toHaveLength(2)
})

it('takes a place among the active sweeps of its owner, where that has a bound', async () => {
  const { key } = await store.keys.create({ name: 'small', scopes: ['submit'], maxActiveSweeps: 1 })
  const submit = async (seed: number) => (await store.createSweep({ name: 'map', source: {}, cells: [wish(seed, 100)], owner: key.id })).sweep.id
  const done = await submit(1)
  // One that is active has its place.
  expect(await store.extend(done, { inits: 200 })).toMatchObject({ state: 'active' })
  await record(1, 0, 2)
  expect(await store.finishSweeps()).toEqual([done])
  const other = await submit(2)
  await expect(store.extend(done, { inits: 300 })).rejects.toMatchObject({ code: 'quota', message: expect.stringContaining('allows up to 1 at a time') })
  expect(await store.extend(done, { inits: 200 })).toMatchObject({ state: 'done' })
  await store.cancel(other)
  expect(await store.extend(done, { inits: 300 })).toMatchObject({ state: 'active' })
})
