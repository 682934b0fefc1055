import { expect, it } from 'vitest'
import { aliveBlocks, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

const CELLS = [wish(1, 100), wish(2, 100)]

async function adaptiveSweep(): Promise<string> {
  return (await store.createSweep({ name: 'decide', source: null, cells: CELLS, adaptive: true })).sweep.id
}

function record(seed: number, first: number, count: number): Promise<unknown> {
  return store.recordBlocks(wish(seed, 0).cell, aliveBlocks(seed, first, count), TEST_ENGINE)
}

it('waits for a decision once all is counted, and goes on with the goals that grew', async () => {
  const id = await adaptiveSweep()
  await record(1, 0, 1)
  await record(2, 0, 1)
  expect(await store.finishSweeps()).toEqual([])
  expect(await store.nextRound(id, 1, [300, 100])).toBe(true)
  expect((await store.progress(id)).map(({ goalBlocks }) => goalBlocks)).toEqual([3, 1])
  expect((await store.sweepCells(id)).map(({ inits, digest }) => [inits, digest !== null])).toEqual([[300, false], [100, true]])
  await record(1, 1, 2)
  expect(await store.finishSweeps()).toEqual([])
  expect(await store.nextRound(id, 2, null)).toBe(true)
  expect(await store.finishSweeps()).toEqual([id])
  expect(await store.sweep(id)).toMatchObject({ state: 'done', adaptive: false, rounds: 1 })
  expect((await store.sweepCells(id)).map(({ tally }) => tally.trials)).toEqual([300, 100])
})

it('takes a decision once, in its turn, and only from complete counts', async () => {
  const id = await adaptiveSweep()
  await record(1, 0, 1)
  expect(await store.nextRound(id, 1, [200, 200])).toBe(false)
  await record(2, 0, 1)
  expect(await store.nextRound(id, 2, [200, 200])).toBe(false)
  const answers = await Promise.all(Array.from({ length: 8 }, () => store.nextRound(id, 1, [200, 200])))
  expect(answers.filter(Boolean)).toHaveLength(1)
  expect(await store.nextRound(id, 1, [300, 300])).toBe(false)
  const log = await runSql(url, 'SELECT number, inits FROM rounds WHERE sweep = $1', [id])
  expect(log).toEqual([{ number: 1, inits: [200, 200] }])
  expect((await store.activeSweeps())[0]).toMatchObject({ id, adaptive: true, rounds: 1 })
  expect((await store.sweeps(1))[0]).toMatchObject({ adaptive: true, rounds: 1 })
})

it('counts trials at once that others have trained already, and no more than asked', async () => {
  const id = await adaptiveSweep()
  await record(1, 0, 10)
  await record(2, 0, 10)
  expect(await store.nextRound(id, 1, [400, 100])).toBe(true)
  const cells = await store.sweepCells(id)
  expect(cells.map(({ tally, digest }) => [tally.trials, digest !== null])).toEqual([[400, true], [100, true]])
  expect(await store.nextRound(id, 2, null)).toBe(true)
  expect(await store.finishSweeps()).toEqual([id])
})

it('refuses goals that shrink or do not fit, and never touches a plain sweep', async () => {
  const id = await adaptiveSweep()
  await record(1, 0, 1)
  await record(2, 0, 1)
  await expect(store.nextRound(id, 1, [50, 100])).rejects.toThrow('50 trials of cell 0')
  await expect(store.nextRound(id, 1, [200])).rejects.toThrow('goals for 1 cells')
  const { sweep } = await store.createSweep({ name: 'plain', source: null, cells: CELLS })
  expect(await store.nextRound(sweep.id, 1, [200, 200])).toBe(false)
  await store.cancel(id)
  expect(await store.nextRound(id, 1, [200, 200])).toBe(false)
  await expect(store.nextRound('sw-unknown', 1, null)).rejects.toMatchObject({ code: 'not-found' })
})
