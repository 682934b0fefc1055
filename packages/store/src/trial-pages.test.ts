import type { CellTrials } from '@collapsar/sweep'
import { recordAt } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { aliveBlock, aliveBlocks, aliveRecord, chunkOfSeed, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import { MAXIMUM_ATTEMPTS } from './store.ts'
import type { Store } from './store.ts'
import type { TrialRange } from './trial-pages.ts'

let url: string
let store: Store
eachWithStore(async (opened) => {
  ;({ url, store } = opened)
  await store.createSweep({ name: '', source: null, cells: [CELL] })
})

const CELL = wish(1, 30_000)

async function pages(range: TrialRange): Promise<CellTrials[]> {
  const all: CellTrials[] = []
  for await (const page of store.trialPages(CELL.cell, range)) all.push(page)
  return all
}

it('gives exactly the trials of a range, across blocks', async () => {
  await store.recordBlocks(CELL.cell, aliveBlocks(1, 0, 4), TEST_ENGINE)
  const [page, ...others] = await pages({ from: 95, to: 205 })
  expect([others, [...page!.trials]]).toEqual([[], Array.from({ length: 110 }, (_, place) => 95 + place)])
  expect(recordAt(page!.columns, 0)).toEqual(aliveRecord(1, 95))
  expect(recordAt(page!.columns, 109)).toEqual(aliveRecord(1, 204))
  expect(await pages({ from: 400, to: 500 })).toEqual([])
})

it('gives five thousand at a time, and steps over gaps', async () => {
  await store.issue([chunkOfSeed(1, 3, 1, 'poison')])
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt += 1) await store.fail('poison', 'broke')
  const blocks = [...aliveBlocks(1, 0, 3), ...aliveBlocks(1, 4, 200)]
  await store.recordBlocks(CELL.cell, blocks, TEST_ENGINE)
  const all = await pages({ from: 0, to: 30_000 })
  expect(all.map(({ trials }) => trials.length)).toEqual([5000, 5000, 5000, 5000, 300])
  expect([all[0]!.trials[300], all[1]!.trials[0], all[4]!.trials[299]]).toEqual([400, 5100, 20_399])
})

it('ends with the prefix as it was when the reading began', async () => {
  await store.recordBlocks(CELL.cell, aliveBlocks(1, 0, 150), TEST_ENGINE)
  let trials = 0
  for await (const page of store.trialPages(CELL.cell, { from: 0, to: 30_000 })) {
    if (trials === 0) await store.recordBlocks(CELL.cell, aliveBlocks(1, 150, 10), TEST_ENGINE)
    trials += page.trials.length
  }
  expect(trials).toBe(15_000)
})

it('leaves out what lies beyond the prefix, and knows nothing of an unknown cell', async () => {
  await store.recordBlocks(CELL.cell, [aliveBlock(1, 0), aliveBlock(1, 2)], TEST_ENGINE)
  expect((await pages({ from: 0, to: 300 })).map(({ trials }) => trials.length)).toEqual([100])
  for await (const page of store.trialPages('c1_unknown', { from: 0, to: 300 })) expect(page).toBeNull()
})

it('breaks off at a damaged block', async () => {
  await store.recordBlocks(CELL.cell, aliveBlocks(1, 0, 3), TEST_ENGINE)
  await runSql(url, `UPDATE blocks SET columns = set_byte(columns, 40, get_byte(columns, 40) # 1) WHERE index = 1`)
  await expect(pages({ from: 0, to: 300 })).rejects.toMatchObject({ code: 'damaged' })
})
