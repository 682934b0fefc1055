import { encodeBlock, encodeMeasurement } from '@collapsar/sweep'
import type { Chunk, EncodedMeasurement } from '@collapsar/sweep'
import { measurementSets } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { aliveBlocks, aliveRecord, chunkOfSeed, resultOf, TEST_ENGINE, trialSpec, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

const CELL = wish(1, 0).cell
const FACTS = { name: 'facts', version: measurementSets.facts.version } as const
/** What the set says beside the four numbers that the tests tell trials apart by. */
const REST = measurementSets.facts.columns(trialSpec(1)).slice(4)

async function sweepOf(inits: number, measure: readonly 'facts'[] = ['facts']): Promise<string> {
  return (await store.createSweep({ name: 'map', source: {}, cells: [wish(1, inits)], measure })).sweep.id
}

/** Numbers that tell trials apart: dead points = trial, end step = 2 trials, outputs from -trial to trial. */
function facts(index: number, shift = 0): EncodedMeasurement {
  const trials = Array.from({ length: 100 }, (_, i) => 100 * index + i + shift)
  const values = [
    Uint32Array.from(trials),
    Uint32Array.from(trials, (trial) => 2 * trial),
    Float32Array.from(trials, (trial) => -trial),
    Float32Array.from(trials),
    ...REST.map(({ type }) => (type === 'f32' ? new Float32Array(100) : new Uint8Array(100))),
  ]
  return encodeMeasurement(trialSpec(1), { index, set: FACTS, values })
}

/** What a worker hands in for a chunk with its sets. */
async function recordMeasured(chunk: Chunk): Promise<{ recorded: number; duplicate: number }> {
  const measurements = Array.from({ length: chunk.blocks }, (_, i) => facts(chunk.firstBlock + i))
  return store.record({ ...resultOf(1, chunk), measurements })
}

async function loseChunk(chunk: Chunk): Promise<void> {
  for (const answer of ['retry', 'retry', 'gap']) expect(await store.fail(chunk.id, 'fault')).toBe(answer)
}

describe('a sweep that measures', () => {
  it('is done when all its blocks have their sets, and its digest is that of a sweep that does not', async () => {
    const plain = await sweepOf(250, [])
    const measuring = await sweepOf(250)
    await store.recordBlocks(CELL, aliveBlocks(1, 0, 3), TEST_ENGINE)
    expect(await store.finishSweeps()).toEqual([plain])
    expect(await store.progress(measuring)).toMatchObject([{ goalBlocks: 3, prefixBlocks: 0, settled: [], claimed: [] }])

    const chunks = [chunkOfSeed(1, 0, 2), chunkOfSeed(1, 2, 1)]
    expect(await store.issue(chunks)).toEqual(chunks)
    expect(await store.chunkWork(chunks[1]!.id)).toEqual({ chunk: chunks[1], spec: trialSpec(1), sets: [FACTS] })
    expect(await recordMeasured(chunks[1]!)).toEqual({ recorded: 0, duplicate: 1 })
    expect(await store.progress(measuring)).toMatchObject([{ prefixBlocks: 0, settled: [2], claimed: [{ first: 0, count: 2 }] }])
    expect(await store.finishSweeps()).toEqual([])
    await recordMeasured(chunks[0]!)
    expect(await store.progress(measuring)).toMatchObject([{ prefixBlocks: 3, settled: [], claimed: [] }])
    expect(await store.finishSweeps()).toEqual([measuring])
    expect(await store.sweepCells(measuring)).toEqual(await store.sweepCells(plain))
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('reuses what was measured for another one, and measures only the difference', async () => {
    const first = await sweepOf(200)
    await store.issue([chunkOfSeed(1, 0, 2)])
    await recordMeasured(chunkOfSeed(1, 0, 2))
    expect(await store.finishSweeps()).toEqual([first])
    const larger = await sweepOf(350)
    expect(await store.sweep(larger)).toMatchObject({ reused: 200, measure: ['facts'] })
    expect(await store.progress(larger)).toMatchObject([{ goalBlocks: 4, prefixBlocks: 2 }])
    expect(await store.issue([chunkOfSeed(1, 1, 2, 'overlap'), chunkOfSeed(1, 2, 2)])).toEqual([chunkOfSeed(1, 2, 2)])
  })

  it('never makes a sweep without sets wait, nor one of its chunks measure where nobody asks', async () => {
    await sweepOf(200)
    const plain = await sweepOf(500, [])
    await store.issue([chunkOfSeed(1, 0, 3), chunkOfSeed(1, 3, 2)])
    expect((await store.chunkWork('k1-0'))?.sets).toEqual([FACTS])
    expect((await store.chunkWork('k1-3'))?.sets).toEqual([])
    await store.recordBlocks(CELL, aliveBlocks(1, 0, 5), TEST_ENGINE)
    expect(await store.finishSweeps()).toEqual([plain])
  })

  it('keeps its live claims when a sweep without sets is cancelled, and drops them with its own cancellation', async () => {
    const [measuring, plain] = [await sweepOf(200), await sweepOf(400, [])]
    await store.recordBlocks(CELL, aliveBlocks(1, 0, 2), TEST_ENGINE)
    const chunk = chunkOfSeed(1, 0, 2)
    await store.issue([chunk, chunkOfSeed(1, 2, 2)])
    expect((await store.cancel(plain)).dropped).toEqual(['k1-2'])
    await sweepOf(400, [])
    expect((await store.cancel(measuring)).dropped).toEqual([chunk.id])
    expect(await store.issue([chunk])).toEqual([])
  })

  it('takes late measurements of a cancelled sweep', async () => {
    const sweep = await sweepOf(100)
    await store.issue([chunkOfSeed(1, 0, 1)])
    await store.cancel(sweep)
    await recordMeasured(chunkOfSeed(1, 0, 1))
    expect(await store.measuredTrials([wish(1, 100)], ['facts'])).toEqual([{ trials: 100, lacking: [] }])
  })

  it('claims no block twice when it meets a sweep without sets', async () => {
    await sweepOf(300)
    await sweepOf(300, [])
    const chunk = chunkOfSeed(1, 0, 3)
    const issued = await Promise.all([store.issue([chunk]), store.issue([{ ...chunk, id: 'other' }])])
    expect(issued.flat()).toHaveLength(1)
    await recordMeasured(issued.flat()[0]!)
    expect(await store.issue([{ ...chunk, id: 'again' }])).toEqual([])
    expect(await store.finishSweeps()).toHaveLength(2)
  })
})

describe('record', () => {
  it('takes the same measurements twice and refuses others as damaged, with all that came with them', async () => {
    await sweepOf(200)
    await recordMeasured(chunkOfSeed(1, 0, 1))
    await recordMeasured(chunkOfSeed(1, 0, 1))
    const other = { ...resultOf(1, chunkOfSeed(1, 0, 2)), measurements: [facts(0, 1), facts(1)] }
    await expect(store.record(other)).rejects.toMatchObject({
      code: 'damaged',
      message: `The measurements "facts" of block 0 of cell ${CELL} were made twice with different results: their digests differ.`,
    })
    expect(await store.existingTrials([wish(1, 200)])).toEqual([100])
  })

  it('refuses measurements of a block that was trained again to another digest', async () => {
    await sweepOf(100)
    await store.recordBlocks(CELL, aliveBlocks(1, 0, 1), TEST_ENGINE)
    const others = encodeBlock(0, Array.from({ length: 100 }, (_, trial) => aliveRecord(2, trial)))
    const result = { ...resultOf(1, chunkOfSeed(1, 0, 1)), blocks: [others], measurements: [facts(0)] }
    await expect(store.record(result)).rejects.toMatchObject({ code: 'damaged' })
    expect((await store.measurements(CELL, 'facts', 100))?.trials).toHaveLength(0)
  })
})

describe('what cannot be measured', () => {
  it('is given up for the sets alone: the block is trained without them, and another sweep loses nothing', async () => {
    const [measuring, plain] = [await sweepOf(200), await sweepOf(200, [])]
    await store.issue([chunkOfSeed(1, 0, 1), chunkOfSeed(1, 1, 1)])
    await recordMeasured(chunkOfSeed(1, 1, 1))
    await loseChunk(chunkOfSeed(1, 0, 1))
    expect(await store.gaps(measuring)).toEqual([{ cell: CELL, block: 0, reason: 'facts: fault' }])
    expect(await store.gaps(plain)).toEqual([])
    expect(await store.progress(measuring)).toMatchObject([{ prefixBlocks: 0, settled: [1] }])

    const again = chunkOfSeed(1, 0, 1, 'again')
    expect(await store.issue([again])).toEqual([again])
    expect((await store.chunkWork('again'))?.sets).toEqual([])
    await store.record(resultOf(1, again))
    expect((await store.finishSweeps()).toSorted()).toEqual([measuring, plain].toSorted())
    expect((await store.sweepCells(measuring))[0]).toMatchObject({ gaps: 0 })
    expect([...(await store.measurements(CELL, 'facts', 200))!.trials]).toEqual(Array.from({ length: 100 }, (_, i) => 100 + i))
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('becomes a gap of all sweeps only when it fails without sets too', async () => {
    const sweep = await sweepOf(100)
    await store.issue([chunkOfSeed(1, 0, 1)])
    await loseChunk(chunkOfSeed(1, 0, 1))
    await store.issue([chunkOfSeed(1, 0, 1, 'again')])
    await loseChunk(chunkOfSeed(1, 0, 1, 'again'))
    expect((await store.gaps(sweep)).map(({ reason }) => reason)).toEqual(['fault', 'facts: fault'])
    expect(await store.finishSweeps()).toEqual([sweep])
  })

  it('is tried again on request', async () => {
    const sweep = await sweepOf(100)
    await store.recordBlocks(CELL, aliveBlocks(1, 0, 1), TEST_ENGINE)
    await store.issue([chunkOfSeed(1, 0, 1)])
    await loseChunk(chunkOfSeed(1, 0, 1))
    expect(await store.finishSweeps()).toEqual([sweep])
    expect(await store.retryGaps(sweep)).toBe(1)
    expect(await store.sweep(sweep)).toMatchObject({ state: 'active' })
    expect(await store.finishSweeps()).toEqual([])
    const again = chunkOfSeed(1, 0, 1, 'again')
    await store.issue([again])
    await recordMeasured(again)
    expect(await store.finishSweeps()).toEqual([sweep])
    expect(await store.retryGaps(sweep)).toBe(0)
  })

  it('is filled by a late result', async () => {
    const sweep = await sweepOf(100)
    await store.issue([chunkOfSeed(1, 0, 1)])
    await loseChunk(chunkOfSeed(1, 0, 1))
    await recordMeasured(chunkOfSeed(1, 0, 1))
    expect(await store.gaps(sweep)).toEqual([])
    expect((await store.measurements(CELL, 'facts', 100))?.trials).toHaveLength(100)
  })
})

describe('reading', () => {
  it('gives exactly the trials [0, inits) that were measured', async () => {
    await sweepOf(300)
    await recordMeasured(chunkOfSeed(1, 0, 1))
    await recordMeasured(chunkOfSeed(1, 2, 1))
    const { set, columns, trials, values } = (await store.measurements(CELL, 'facts', 230))!
    expect(set).toEqual(FACTS)
    expect(columns).toEqual(measurementSets.facts.columns(trialSpec(1)))
    const expected = Array.from({ length: 130 }, (_, i) => (i < 100 ? i : 100 + i))
    expect([...trials]).toEqual(expected)
    expect(values[1]).toEqual(Uint32Array.from(expected, (trial) => 2 * trial))
    expect(values[2]).toEqual(Float32Array.from(expected, (trial) => -trial))
    expect(await store.measurements(wish(2, 0).cell, 'facts', 100)).toBeNull()
  })

  it('tells what a plan reuses, and what recorded blocks lack', async () => {
    await sweepOf(300)
    await recordMeasured(chunkOfSeed(1, 0, 1))
    await store.recordBlocks(CELL, aliveBlocks(1, 1, 2), TEST_ENGINE)
    const cells = [wish(1, 250), wish(1, 50), wish(2, 100)]
    expect(await store.measuredTrials(cells, ['facts'])).toEqual([
      { trials: 100, lacking: ['facts'] },
      { trials: 50, lacking: [] },
      { trials: 0, lacking: [] },
    ])
    expect(await store.measuredTrials(cells, [])).toEqual([])
  })

  it('counts another version of a set as lacking', async () => {
    const sweep = await sweepOf(100)
    await recordMeasured(chunkOfSeed(1, 0, 1))
    await runSql(url, 'UPDATE measurements SET version = 0')
    expect(await store.progress(sweep)).toMatchObject([{ prefixBlocks: 0 }])
    expect((await store.measurements(CELL, 'facts', 100))?.trials).toHaveLength(0)
    expect((await store.verify()).mismatches).toEqual([])
  })
})

describe('verify', () => {
  it.each([
    ['digest', 0],
    ['data', 0],
    ['data', 40],
  ])('finds one flipped byte of the %s, at %i', async (column, byte) => {
    await recordMeasuredSweep()
    await runSql(url, `UPDATE measurements SET ${column} = set_byte(${column}, $1::int, get_byte(${column}, $1::int) # 1) WHERE index = 1`, [byte])
    expect((await store.verify()).mismatches).toEqual([{ cell: CELL, block: 1, detail: expect.stringContaining('"facts"') }])
    await expect(store.measurements(CELL, 'facts', 200)).rejects.toMatchObject({ code: 'damaged' })
  })

  it('finds measurements of a block that is not recorded', async () => {
    await recordMeasuredSweep()
    await runSql(url, 'UPDATE measurements SET index = 7 WHERE index = 1')
    expect((await store.verify()).mismatches).toEqual([
      { cell: CELL, block: 7, detail: 'has measurements "facts" but is not recorded' },
    ])
  })

  async function recordMeasuredSweep(): Promise<void> {
    await sweepOf(200)
    await recordMeasured(chunkOfSeed(1, 0, 2))
  }
})
