import { encodeBlock, tallyOf } from '@collapsar/sweep'
import { describe, expect, it } from 'vitest'
import {
  aliveBlock,
  aliveRecord,
  chunkOfSeed,
  resultOf,
  TEST_ENGINE,
  trialSpec,
  wish,
} from '../../../test/support/blocks.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let store: Store
eachWithStore((opened) => ({ store } = opened))

const CELL = wish(1, 0).cell

async function sweepOf(inits: number, seed = 1): Promise<string> {
  return (await store.createSweep({ name: 'map', source: {}, cells: [wish(seed, inits)] })).sweep.id
}

async function failTimes(chunkId: string, times: number) {
  const answers = []
  for (let time = 0; time < times; time += 1) answers.push(await store.fail(chunkId, `fault ${time + 1}`))
  return answers
}

/** Ends with a terminal gap at this block. */
async function loseBlock(index: number): Promise<void> {
  await store.issue([chunkOfSeed(1, index, 1, `lost-${index}`)])
  expect(await failTimes(`lost-${index}`, 3)).toEqual(['retry', 'retry', 'gap'])
}

/** The trials of the given blocks of cell 1, cut off at `inits`. */
function tallyOfBlocks(indices: readonly number[], inits = Infinity) {
  const trials = indices.flatMap((index) => Array.from({ length: 100 }, (_, offset) => 100 * index + offset))
  return tallyOf(trials.filter((trial) => trial < inits).map((trial) => aliveRecord(1, trial)))
}

describe('issue', () => {
  it('gives a chunk its work until it ends, oldest first', async () => {
    await sweepOf(1000)
    const chunks = [chunkOfSeed(1, 4, 2), chunkOfSeed(1, 0, 3), { ...chunkOfSeed(1, 8, 1), engine: 'cuda' as const }]
    expect(await store.issue(chunks)).toEqual(chunks)
    expect(await store.unfinished('cpu')).toEqual(chunks.slice(0, 2))
    expect(await store.unfinished('cuda')).toEqual(chunks.slice(2))
    expect(await store.chunkWork('k1-4')).toEqual({ chunk: chunks[0], spec: trialSpec(1), sets: [] })
    expect(await store.chunkWork('unknown')).toBeNull()
  })

  it('leaves out what overlaps a live claim, a recorded block, a gap or an earlier chunk of the call', async () => {
    await sweepOf(2000)
    await loseBlock(15)
    await store.recordBlocks(CELL, [aliveBlock(1, 5)], TEST_ENGINE)
    await store.issue([chunkOfSeed(1, 8, 2, 'live')])
    const issued = await store.issue([
      chunkOfSeed(1, 3, 3, 'has-recorded'),
      chunkOfSeed(1, 3, 2, 'free'),
      chunkOfSeed(1, 4, 1, 'in-free'),
      chunkOfSeed(1, 9, 1, 'in-live'),
      chunkOfSeed(1, 7, 4, 'around-live'),
      chunkOfSeed(1, 14, 2, 'has-gap'),
      chunkOfSeed(1, 10, 4, 'beside'),
      chunkOfSeed(1, 17, 1, 'live'),
    ])
    expect(issued.map(({ id }) => id)).toEqual(['free', 'beside'])
  })

  it('leaves out what no active sweep wants', async () => {
    const sweep = await sweepOf(300)
    expect(await store.issue([chunkOfSeed(1, 3, 1), chunkOfSeed(9, 0, 1)])).toEqual([])
    await store.cancel(sweep)
    expect(await store.issue([chunkOfSeed(1, 0, 1)])).toEqual([])
  })

  it('claims each block once when two planners issue at the same time', async () => {
    await sweepOf(3000)
    const plan = (name: string, size: number) =>
      Array.from({ length: 30 / size }, (_, chunk) => chunkOfSeed(1, chunk * size, size, `${name}-${chunk}`))
    const issued = (await Promise.all([store.issue(plan('a', 3)), store.issue(plan('b', 2))])).flat()
    const blocks = issued.flatMap(({ firstBlock, blocks: count }) => Array.from({ length: count }, (_, i) => firstBlock + i))
    expect(blocks.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index))
  })
})

describe('fail', () => {
  it('keeps the chunk live twice, then splits it, then gives up the block that fails alone', async () => {
    const sweep = await sweepOf(300)
    await store.issue([chunkOfSeed(1, 0, 3, 'k')])
    expect(await failTimes('k', 3)).toEqual(['retry', 'retry', 'split'])
    expect(await store.fail('k', 'late')).toBe('gone')
    const halves = await store.unfinished('cpu')
    expect(halves.map(({ firstBlock, blocks }) => [firstBlock, blocks])).toEqual([[0, 1], [1, 2]])
    expect(await failTimes(halves[0]!.id, 3)).toEqual(['retry', 'retry', 'gap'])
    expect(await store.gaps(sweep)).toEqual([{ cell: CELL, block: 0, reason: 'fault 3' }])
    expect(await store.progress(sweep)).toMatchObject([{ prefixBlocks: 1, settled: [], claimed: [{ first: 1, count: 2 }] }])
    await store.record(resultOf(1, halves[1]!))
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfBlocks([1, 2]), gaps: 100 })
    expect(await store.finishSweeps()).toEqual([sweep])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('is gone when the blocks came from elsewhere meanwhile', async () => {
    const sweep = await sweepOf(100)
    await store.issue([chunkOfSeed(1, 0, 1, 'k')])
    await failTimes('k', 2)
    await store.recordBlocks(CELL, [aliveBlock(1, 0)], TEST_ENGINE)
    expect(await store.fail('k', 'third')).toBe('gone')
    expect(await store.gaps(sweep)).toEqual([])
  })

  it('counts each of 30 concurrent failures once', async () => {
    await sweepOf(100)
    await store.issue([chunkOfSeed(1, 0, 1, 'k')])
    const answers = await Promise.all(Array.from({ length: 30 }, () => store.fail('k', 'fault')))
    expect(answers.filter((answer) => answer !== 'gone').toSorted()).toEqual(['gap', 'retry', 'retry'])
  })
})

describe('gaps', () => {
  it('are stepped over, and a later result fills them also in the frozen row', async () => {
    const sweep = await sweepOf(250)
    await loseBlock(2)
    await store.recordBlocks(CELL, [aliveBlock(1, 0)], TEST_ENGINE)
    await loseBlock(1)
    const lossy = (await store.sweepCells(sweep))[0]
    expect(lossy).toMatchObject({ tally: tallyOfBlocks([0]), gaps: 150 })
    expect(lossy?.digest).not.toBeNull()
    expect((await store.verify()).mismatches).toEqual([])

    await store.recordBlocks(CELL, [aliveBlock(1, 2)], TEST_ENGINE)
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfBlocks([0, 2], 250), gaps: 100 })
    expect((await store.verify()).mismatches).toEqual([])
    await store.recordBlocks(CELL, [aliveBlock(1, 1)], TEST_ENGINE)
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfBlocks([0, 1, 2], 250), gaps: 0 })
    expect(await store.gaps(sweep)).toEqual([])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('give the same bytes as the calm run once they are filled', async () => {
    await sweepOf(300, 1)
    await sweepOf(300, 2)
    await loseBlock(1)
    const records = Array.from({ length: 300 }, (_, trial) => aliveRecord(1, trial))
    const blocks = [0, 1, 2].map((index) => encodeBlock(index, records.slice(100 * index, 100 * index + 100)))
    for (const index of [2, 0, 1]) await store.recordBlocks(CELL, [blocks[index]!], TEST_ENGINE)
    await store.recordBlocks(wish(2, 0).cell, blocks, TEST_ENGINE)
    const [faulty, calm] = await Promise.all([sweepOf(300, 1), sweepOf(300, 2)])
    const { tally, gaps, digest } = (await store.sweepCells(calm))[0]!
    expect((await store.sweepCells(faulty))[0]).toMatchObject({ tally, gaps, digest })
  })

  it('are forgotten by a retry: the sweep is active again and its prefix ends before them', async () => {
    const sweep = await sweepOf(300)
    await store.recordBlocks(CELL, [aliveBlock(1, 0), aliveBlock(1, 2)], TEST_ENGINE)
    await loseBlock(1)
    expect(await store.finishSweeps()).toEqual([sweep])
    expect(await store.retryGaps(sweep)).toBe(1)
    expect(await store.sweep(sweep)).toMatchObject({ state: 'active', finishedAt: null })
    expect(await store.progress(sweep)).toMatchObject([{ prefixBlocks: 1, settled: [2], claimed: [] }])
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfBlocks([0]), gaps: 0, digest: null })
    expect(await store.finishSweeps()).toEqual([])
    expect((await store.verify()).mismatches).toEqual([])

    const again = chunkOfSeed(1, 1, 1, 'again')
    expect(await store.issue([again])).toEqual([again])
    await store.record(resultOf(1, again))
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfBlocks([0, 1, 2]), gaps: 0 })
    expect(await store.finishSweeps()).toEqual([sweep])
    expect(await store.retryGaps(sweep)).toBe(0)
    expect((await store.sweep(sweep))?.state).toBe('done')
  })

  it('are not retried while the owner of the sweep has no place for another active one', async () => {
    const { key } = await store.keys.create({ name: 'small', scopes: ['submit'], maxActiveSweeps: 1 })
    const sweep = (await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 100)], owner: key.id })).sweep.id
    await loseBlock(0)
    expect(await store.finishSweeps()).toEqual([sweep])
    const other = (await store.createSweep({ name: 'map', source: {}, cells: [wish(2, 100)], owner: key.id })).sweep.id
    const before = await store.gaps(sweep)
    await expect(store.retryGaps(sweep)).rejects.toMatchObject({ code: 'quota', message: expect.stringContaining('allows up to 1 at a time') })
    expect([before.length, await store.gaps(sweep)]).toEqual([1, before])
    await store.cancel(other)
    expect(await store.retryGaps(sweep)).toBe(1)
    // Active already, it needs no other place.
    expect(await store.retryGaps(sweep)).toBe(0)
  })

  it('stay in the answer of another finished sweep until the block exists', async () => {
    const [mine, other] = [await sweepOf(200), await sweepOf(200)]
    await store.recordBlocks(CELL, [aliveBlock(1, 1)], TEST_ENGINE)
    await loseBlock(0)
    await store.finishSweeps()
    const answer = await store.sweepCells(other)
    await store.retryGaps(mine)
    expect(await store.sweepCells(other)).toEqual(answer)
    expect((await store.verify()).mismatches).toEqual([])
    await store.recordBlocks(CELL, [aliveBlock(1, 0)], TEST_ENGINE)
    expect((await store.sweepCells(other))[0]).toMatchObject({ tally: tallyOfBlocks([0, 1]), gaps: 0 })
  })

  it('can be retried by a second sweep after the first one that retried them was cancelled', async () => {
    const [mine, other] = [await sweepOf(200), await sweepOf(200)]
    await store.recordBlocks(CELL, [aliveBlock(1, 1)], TEST_ENGINE)
    await loseBlock(0)
    await store.finishSweeps()
    await store.retryGaps(mine)
    await store.cancel(mine)
    expect(await store.retryGaps(other)).toBe(1)
    expect(await store.sweep(other)).toMatchObject({ state: 'active' })
    expect((await store.verify()).mismatches).toEqual([])
  })
})

describe('cancel', () => {
  it('drops only the chunks that no other active sweep wants, and keeps late results', async () => {
    const [small, large] = [await sweepOf(300), await sweepOf(800)]
    const [shared, straddling, own] = [chunkOfSeed(1, 0, 2), chunkOfSeed(1, 2, 3), chunkOfSeed(1, 5, 3)]
    await store.issue([shared, straddling, own])
    const { sweep, dropped } = await store.cancel(large)
    expect(sweep).toMatchObject({ id: large, state: 'cancelled', finishedAt: expect.any(Date) })
    expect(dropped).toEqual([own.id])
    expect(await store.unfinished('cpu')).toEqual([shared, straddling])
    expect(await store.record(resultOf(1, own))).toEqual({ recorded: 3, duplicate: 0 })
    await store.record(resultOf(1, shared))
    await store.record(resultOf(1, straddling))
    expect(await store.finishSweeps()).toEqual([small])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('is idempotent, and refused for a sweep that is done or unknown', async () => {
    const sweep = await sweepOf(100)
    await store.cancel(sweep)
    expect(await store.cancel(sweep)).toMatchObject({ sweep: { state: 'cancelled' }, dropped: [] })
    await expect(store.retryGaps(sweep)).rejects.toMatchObject({ code: 'conflict' })
    const done = await sweepOf(0)
    await store.finishSweeps()
    await expect(store.cancel(done)).rejects.toMatchObject({ code: 'conflict' })
    await expect(store.cancel('sw-unknown')).rejects.toMatchObject({ code: 'not-found' })
    await expect(store.retryGaps('sw-unknown')).rejects.toMatchObject({ code: 'not-found' })
  })
})
