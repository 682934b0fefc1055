import { recordAt } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { aliveBlocks, aliveRecord, chunkOfSeed, TEST_ENGINE, trialSpec, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import { MAXIMUM_ATTEMPTS } from './store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

const CELL = wish(1, 250)

it('gives the records of exactly the trials asked for, in their order', async () => {
  await store.createSweep({ name: '', source: null, cells: [CELL] })
  await store.recordBlocks(CELL.cell, aliveBlocks(1, 0, 4), TEST_ENGINE)
  const { trials, columns } = await store.cellTrials(CELL.cell, 250)
  expect([...trials]).toEqual(Array.from({ length: 250 }, (_, index) => index))
  for (const index of [0, 99, 100, 249]) expect(recordAt(columns, index)).toEqual(aliveRecord(1, index))
  expect(columns.outcome).toHaveLength(250)
  expect((await store.cellTrials('c1_unknown', 10)).trials).toHaveLength(0)
})

it('stops where the prefix does, and steps over gaps', async () => {
  await store.createSweep({ name: '', source: null, cells: [wish(1, 500)] })
  await store.issue([chunkOfSeed(1, 1, 1, 'poison')])
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt += 1) await store.fail('poison', 'broke')
  await store.recordBlocks(CELL.cell, [...aliveBlocks(1, 0, 1), ...aliveBlocks(1, 2, 1), ...aliveBlocks(1, 4, 1)], TEST_ENGINE)
  const { trials, columns } = await store.cellTrials(CELL.cell, 500)
  expect([trials[99], trials[100], trials.length]).toEqual([99, 200, 200])
  expect(recordAt(columns, 100)).toEqual(aliveRecord(1, 200))
  const [counts] = await store.cellCounts([{ cell: CELL.cell, spec: trialSpec(1) }])
  expect(counts).toMatchObject({ inits: 300, gaps: 100, tally: { trials: 200 }, engines: [TEST_ENGINE] })
})

it('reads thousands of trials page by page, and counts of cells that nobody knows as zero', async () => {
  await store.createSweep({ name: '', source: null, cells: [wish(1, 60_000)] })
  await store.recordBlocks(CELL.cell, aliveBlocks(1, 0, 600), TEST_ENGINE)
  const { trials, columns } = await store.cellTrials(CELL.cell, 60_000)
  expect([trials.length, trials.at(-1)]).toEqual([60_000, 59_999])
  expect(recordAt(columns, 59_999)).toEqual(aliveRecord(1, 59_999))
  const counts = await store.cellCounts([wish(2, 0), wish(1, 0)])
  expect(counts.map(({ tally, inits }) => [tally.trials, inits])).toEqual([[0, 0], [60_000, 60_000]])
})

it('notices a damaged block', async () => {
  await store.createSweep({ name: '', source: null, cells: [CELL] })
  await store.recordBlocks(CELL.cell, aliveBlocks(1, 0, 3), TEST_ENGINE)
  await runSql(url, `UPDATE blocks SET columns = set_byte(columns, 40, get_byte(columns, 40) # 1) WHERE index = 1`)
  await expect(store.cellTrials(CELL.cell, 250)).rejects.toMatchObject({ code: 'damaged' })
})
