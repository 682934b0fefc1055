import { addTallies, BLOCK_TRIALS, cellDigest, tallyOf } from '@collapsar/sweep'
import { describe, expect, it } from 'vitest'
import {
  aliveBlock,
  aliveBlocks,
  aliveRecord,
  chunkOfSeed,
  resultOf,
  TEST_ENGINE,
  trialSpec,
  wish,
} from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened), { poolSize: 8 })

const CELL = wish(1, 0).cell

async function sweepOf(inits: number, name = 'map'): Promise<string> {
  const { sweep } = await store.createSweep({ name, source: {}, cells: [wish(1, inits)] })
  return sweep.id
}

/** The tally of trials [0, inits), from the records themselves. */
function tallyOfTrials(inits: number) {
  return tallyOf(Array.from({ length: inits }, (_, trial) => aliveRecord(1, trial)))
}

function digestOfBlocks(count: number): string {
  return cellDigest(aliveBlocks(1, 0, count).map(({ digest }) => digest))
}

async function record(...indices: number[]) {
  return store.recordBlocks(CELL, indices.map((index) => aliveBlock(1, index)), TEST_ENGINE)
}

describe('recording', () => {
  it('records a duplicate once', async () => {
    const sweep = await sweepOf(300)
    expect(await record(0, 1)).toEqual({ recorded: 2, duplicate: 0 })
    expect(await record(1, 2)).toEqual({ recorded: 1, duplicate: 1, fresh: [2] })
    expect(await record(0, 1, 2)).toEqual({ recorded: 0, duplicate: 3 })
    const [cell] = await store.sweepCells(sweep)
    expect(cell?.tally).toEqual(tallyOfTrials(300))
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('records a block that is handed in twice in one call once', async () => {
    await sweepOf(200)
    expect(await record(0, 0, 1)).toEqual({ recorded: 2, duplicate: 1, fresh: [0, 1] })
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('lets a duplicate change nothing, not even the measured time or the list of engines', async () => {
    const sweep = await sweepOf(200)
    const chunk = chunkOfSeed(1, 0, 2)
    await store.record(resultOf(1, chunk))
    const before = await runSql(url, 'SELECT * FROM cells')
    await store.record({ ...resultOf(1, chunk), seconds: 99, engine: { id: 'other', version: '2' } })
    expect(await runSql(url, 'SELECT * FROM cells')).toEqual(before)
    expect((await store.progress(sweep))[0]?.secondsPerBlock).toBe(0.5)
  })

  it('refuses a duplicate with another digest and writes nothing of that call', async () => {
    await sweepOf(300)
    await record(1)
    const forged = { ...aliveBlock(1, 1), digest: aliveBlock(1, 7).digest }
    const call = store.recordBlocks(CELL, [aliveBlock(1, 0), forged], TEST_ENGINE)
    await expect(call).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('Block 1 of cell') })
    expect(await runSql(url, 'SELECT index FROM blocks')).toEqual([{ index: 1 }])
  })

  it('fails the damaged one alone among those that are handed in at the same time', async () => {
    await sweepOf(3000)
    await record(5)
    const forged = { ...aliveBlock(1, 5), digest: aliveBlock(1, 7).digest }
    const calls = Array.from({ length: 30 }, (_, index) => store.recordBlocks(CELL, [index === 5 ? forged : aliveBlock(1, index)], TEST_ENGINE))
    const results = await Promise.allSettled(calls)
    expect(results.map(({ status }) => status)).toEqual(calls.map((_, index) => (index === 5 ? 'rejected' : 'fulfilled')))
    expect(results[5]).toMatchObject({ reason: { code: 'damaged' } })
    expect((await store.verify()).mismatches).toEqual([])
    expect((await store.cellCounts([wish(1, 0)]))[0]?.tally).toEqual(tallyOfTrials(3000))
  })

  it('tells each of those that share a transaction what it added, and ends its chunk', async () => {
    await store.createSweep({ name: 'map', source: {}, cells: [wish(1, 4000), wish(2, 4000)] })
    const chunks = Array.from({ length: 40 }, (_, i) => chunkOfSeed(1 + (i % 2), i >> 2, 2, `k-${i}`))
    await store.issue(chunks)
    const counts = await Promise.all(chunks.map((chunk, i) => store.record(resultOf(1 + (i % 2), chunk))))
    // Two chunks of the same cell have the same first block, and the next two begin in their middle: 11 blocks a cell.
    expect(counts.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(22)
    expect(counts.every(({ recorded, duplicate }) => recorded + duplicate === 2)).toBe(true)
    expect(await store.unfinished('cpu')).toEqual([])
    expect((await store.cellCounts([wish(1, 0)]))[0]?.tally).toEqual(tallyOfTrials(1100))
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('refuses an unknown cell', async () => {
    await expect(record(0)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('counts the contiguous prefix only, whatever the order of arrival', async () => {
    const sweep = await sweepOf(500)
    await record(3)
    await record(1)
    expect((await store.sweepCells(sweep))[0]?.tally.trials).toBe(0)
    expect(await store.progress(sweep)).toMatchObject([{ prefixBlocks: 0, settled: [1, 3], goalBlocks: 5 }])
    await record(0)
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfTrials(200), digest: null })
    expect(await store.progress(sweep)).toMatchObject([{ prefixBlocks: 2, settled: [3] }])
    await record(4, 2)
    expect((await store.sweepCells(sweep))[0]).toEqual({
      cell: CELL,
      spec: trialSpec(1),
      inits: 500,
      tally: tallyOfTrials(500),
      gaps: 0,
      digest: digestOfBlocks(5),
      engines: [TEST_ENGINE],
    })
  })

  it('advances over more settled blocks than one page of 500', async () => {
    const sweep = await sweepOf(130_000)
    const blocks = aliveBlocks(1, 0, 1300)
    await store.recordBlocks(CELL, blocks.slice(1), TEST_ENGINE)
    await store.recordBlocks(CELL, blocks.slice(0, 1), TEST_ENGINE)
    const [cell] = await store.sweepCells(sweep)
    expect(cell?.tally).toEqual(addTallies(blocks.map(({ tally }) => tally)))
    expect(cell?.digest).toBe(cellDigest(blocks.map(({ digest }) => digest)))
  })

  it('freezes exactly the trials asked for where they end inside a block', async () => {
    const sweep = await sweepOf(250)
    await record(0, 1, 2)
    expect((await store.sweepCells(sweep))[0]).toMatchObject({
      tally: tallyOfTrials(250),
      gaps: 0,
      digest: digestOfBlocks(3),
    })
  })

  it('does not change the answer of a sweep when another one tops the cell up', async () => {
    const small = await sweepOf(150)
    await record(0, 1)
    const answer = await store.sweepCells(small)
    const large = await sweepOf(400, 'larger')
    await record(2, 3)
    expect(await store.sweepCells(small)).toEqual(answer)
    expect((await store.sweepCells(large))[0]?.tally).toEqual(tallyOfTrials(400))
  })

  it('ends the chunk and measures the mean time of a block', async () => {
    const sweep = await sweepOf(300)
    const chunk = chunkOfSeed(1, 0, 3)
    expect(await store.issue([chunk])).toEqual([chunk])
    await store.record({ ...resultOf(1, chunk), seconds: 6 })
    expect(await store.unfinished('cpu')).toEqual([])
    expect(await store.chunkWork(chunk.id)).toBeNull()
    expect((await store.progress(sweep))[0]?.secondsPerBlock).toBe(2)
  })

  it('keeps the blocks of a chunk that is not live', async () => {
    await sweepOf(200)
    expect(await store.record(resultOf(1, chunkOfSeed(1, 0, 2, 'never-issued')))).toEqual({ recorded: 2, duplicate: 0 })
  })

  it('gives the record of one trial, and null for a block that is not there', async () => {
    await sweepOf(200)
    await record(1)
    expect(await store.trial(CELL, 142)).toEqual({ record: aliveRecord(1, 142), engine: TEST_ENGINE })
    expect(await store.trial(CELL, 42)).toBeNull()
    expect(await store.trial('c1_unknown', 142)).toBeNull()
  })

  it('names every engine that trained the blocks a sweep reads, and no other', async () => {
    const sweep = await sweepOf(200)
    await record(0)
    await store.recordBlocks(CELL, [aliveBlock(1, 1)], { id: 'cpu-test', version: '2' })
    await store.recordBlocks(CELL, [aliveBlock(1, 2)], { id: 'cuda-test', version: '1' })
    expect((await store.sweepCells(sweep))[0]?.engines).toEqual([TEST_ENGINE, { id: 'cpu-test', version: '2' }])
  })
})

describe('concurrent recorders', () => {
  it('end in the tally of the calm run: 8 recorders of the same and of neighbouring chunks', async () => {
    const sweep = await sweepOf(8 * 4 * BLOCK_TRIALS)
    const shares = Array.from({ length: 8 }, (_, worker) =>
      // Each worker has its own chunk of 4 blocks and, shifted by its number, everybody else's.
      Array.from({ length: 8 }, (_, turn) => ((worker + turn) % 8) * 4),
    )
    const counts = await Promise.all(
      shares.map(async (firsts) => {
        let recorded = 0
        for (const first of firsts) {
          recorded += (await store.recordBlocks(CELL, aliveBlocks(1, first, 4), TEST_ENGINE)).recorded
        }
        return recorded
      }),
    )
    expect(counts.reduce((sum, recorded) => sum + recorded, 0)).toBe(32)
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfTrials(3200), digest: digestOfBlocks(32) })
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('train the union when two sweeps top up the same cells at once', async () => {
    await Promise.all([sweepOf(300, 'a'), sweepOf(500, 'b')])
    const claims = await Promise.all([
      store.issue([chunkOfSeed(1, 0, 3, 'a-0')]),
      store.issue([chunkOfSeed(1, 0, 3, 'b-0'), chunkOfSeed(1, 3, 2, 'b-3')]),
    ])
    const issued = claims.flat()
    expect(issued.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(5)
    for (const chunk of issued) await store.record(resultOf(1, chunk))
    expect(await store.finishSweeps()).toHaveLength(2)
    expect(await runSql(url, 'SELECT count(*)::int AS blocks FROM blocks')).toEqual([{ blocks: 5 }])
  })

  it('freeze a sweep that is created while they record', async () => {
    await sweepOf(100)
    const indices = Array.from({ length: 20 }, (_, index) => index)
    const recording = (async () => {
      for (const index of indices) await record(index)
    })()
    const sweeps = await Promise.all(indices.map((index) => sweepOf(50 + 100 * index, `s${index}`)))
    await recording
    for (const [index, sweep] of sweeps.entries()) {
      expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: { trials: 50 + 100 * index }, gaps: 0 })
    }
    expect((await store.verify()).mismatches).toEqual([])
    expect(await store.finishSweeps()).toHaveLength(21)
  })
})

describe('a connection that breaks in the middle of recording', () => {
  it.each(['blocks', 'cells', 'sweep_cells', 'chunks'])('leaves nothing half-written: at the write to %s', async (table) => {
    const sweep = await sweepOf(200)
    const chunk = chunkOfSeed(1, 0, 2)
    await store.issue([chunk])
    await runSql(
      url,
      `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$`,
    )
    await runSql(url, `CREATE TRIGGER die AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION die()`)
    await expect(store.record(resultOf(1, chunk))).rejects.toThrow(/terminat/)
    expect(await runSql(url, 'SELECT count(*)::int AS blocks FROM blocks')).toEqual([{ blocks: 0 }])
    expect(await store.progress(sweep)).toMatchObject([{ prefixBlocks: 0, settled: [], claimed: [{ first: 0, count: 2 }] }])
    expect((await store.verify()).mismatches).toEqual([])

    await runSql(url, `DROP TRIGGER die ON ${table}`)
    expect(await store.record(resultOf(1, chunk))).toEqual({ recorded: 2, duplicate: 0 })
    expect((await store.sweepCells(sweep))[0]).toMatchObject({ tally: tallyOfTrials(200), digest: digestOfBlocks(2) })
  })
})
