import { cellId, collapsedTrials, encodeBlock, encodeTally } from '@collapsar/sweep'
import type { EncodedBlock, Tally } from '@collapsar/sweep'
import { OUTCOMES } from '@collapsar/trial'
import type { TrialRecord, TrialSpec } from '@collapsar/trial'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { aliveRecord, TEST_ENGINE, trialSpec } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { CellFilter } from './find-cells.ts'
import type { Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

const dead: TrialRecord = { outcome: 'born_dead', deadLayer: 1, deathCheck: 0, loss: 0.5, value: 0, pieces: 1, checksum: 1 }

/** A block whose first trials are born dead. */
function block(index: number, collapsed: number): EncodedBlock {
  return encodeBlock(index, Array.from({ length: 100 }, (_, trial) => (trial < collapsed ? dead : aliveRecord(1, trial))))
}

/** [spec, collapsed in each block] */
type Counted = readonly [TrialSpec, readonly number[]]

async function submit(cells: readonly Counted[], tags: readonly string[] = []): Promise<string> {
  const wishes = cells.map(([spec, blocks]) => ({ cell: cellId(spec), spec, inits: Math.max(1, blocks.length) * 100 }))
  const { sweep } = await store.createSweep({ name: 'cells', source: null, cells: wishes, tags })
  for (const [spec, blocks] of cells) {
    await store.recordBlocks(cellId(spec), blocks.map((collapsed, index) => block(index, collapsed)), TEST_ENGINE)
  }
  return sweep.id
}

/** [depth, width, seed] of what is found. */
async function find(filter: CellFilter, limit = 100): Promise<number[][]> {
  const cells = await store.findCells(filter, { limit, after: null })
  return cells.map(({ spec: { depth, width, seed } }) => [depth, width, seed])
}

describe('cells', () => {
  beforeEach(async () => {
    await submit([
      [trialSpec(1, 12, 2), [1, 0]],
      [trialSpec(2, 12, 2), [2]],
      [trialSpec(3, 9, 2), [1]],
      [trialSpec(4, 10, 5), [3]],
      [trialSpec(5, 10, 3), []],
    ])
  })

  it('are found by probability and depth, in the order of depth, width and age', async () => {
    expect(await find({})).toEqual([[9, 2, 3], [10, 3, 5], [10, 5, 4], [12, 2, 1], [12, 2, 2]])
    expect(await find({ collapse: { low: 0.005, high: 0.02 }, depth: [{ low: 10, high: 200 }] })).toEqual([[12, 2, 1], [12, 2, 2]])
    expect(await find({ collapse: { low: 0.005, high: 0.005 } })).toEqual([[12, 2, 1]])
    expect(await find({ collapse: { low: 0, high: 1 } })).toHaveLength(4)
  })

  it('are found by several ranges of depth and width, and by their trials', async () => {
    expect(await find({ depth: [{ low: 9, high: 9 }, { low: 11, high: 12 }] })).toEqual([[9, 2, 3], [12, 2, 1], [12, 2, 2]])
    expect(await find({ width: [{ low: 3, high: 5 }] })).toEqual([[10, 3, 5], [10, 5, 4]])
    expect(await find({ trials: { low: 101, high: 1e9 } })).toEqual([[12, 2, 1]])
    expect(await find({ trials: { low: 0, high: 0 } })).toEqual([[10, 3, 5]])
  })

  it('are given page by page', async () => {
    const [first, second] = await store.findCells({}, { limit: 2, after: null })
    const rest = await store.findCells({}, { limit: 10, after: second!.position })
    expect(rest.map(({ spec }) => spec.seed)).toEqual([4, 1, 2])
    expect(first).toMatchObject({ cell: cellId(trialSpec(3, 9, 2)), inits: 100, gaps: 0, digest: null, engines: [TEST_ENGINE] })
  })

  it('are found by what their descriptions say', async () => {
    const other = { ...trialSpec(6, 10, 4), network: { ...trialSpec(6).network, activation: { kind: 'tanh' as const }, normalization: 'batch' as const } }
    await submit([[other, [50]]])
    const activation = ['network', 'activation', 'kind']
    expect(await find({ settings: [{ path: activation, accepted: ['tanh'] }] })).toEqual([[10, 4, 6]])
    expect(await find({ settings: [{ path: activation, accepted: ['tanh', 'relu'] }, { path: ['seed'], accepted: [6, 4] }] })).toEqual([[10, 4, 6], [10, 5, 4]])
    const normalization = { path: ['network', 'normalization'], absent: 'none' }
    expect(await find({ settings: [{ ...normalization, accepted: ['none'] }] })).toHaveLength(5)
    expect(await find({ settings: [{ ...normalization, accepted: ['batch'] }] })).toEqual([[10, 4, 6]])
    expect(await find({ settings: [{ path: ['network', 'activation', 'leak'], accepted: [0.1] }] })).toEqual([])
    expect(await find({ settings: [{ path: ['training', 'optimizer', 'learningRate'], accepted: [1e-3] }] })).toHaveLength(6)
    expect(await find({ like: { ...other, depth: 2, width: 1 } })).toEqual([[10, 4, 6]])
  })

  it('are found by the sweep that reads them and by its labels', async () => {
    const id = await submit([[trialSpec(3, 9, 2), []], [trialSpec(8, 3, 3), []]], ['atlas', 'wide'])
    expect(await find({ sweep: id })).toEqual([[3, 3, 8], [9, 2, 3]])
    expect(await find({ tag: 'atlas' })).toEqual([[3, 3, 8], [9, 2, 3]])
    expect(await find({ tag: 'atl' })).toEqual([])
    expect(await find({ sweep: "'; DROP TABLE cells; --" })).toEqual([])
  })
})

describe('the counts that cells are found by', () => {
  /** Of one, two and three bytes each, as LEB128. */
  const sizes = [0, 1, 127, 128, 300, 16_383, 16_384, 2_097_151, 900_000_000]

  it.each(sizes)('are read from a tally by the database as by the codec: %i', async (size) => {
    await submit([[trialSpec(1), []]])
    const outcomes = Object.fromEntries(OUTCOMES.map((outcome, place) => [outcome, size + place])) as Tally['outcomes']
    const tally: Tally = { trials: 8 * size + 28, outcomes, piecesSum: 12, pieces: { bins: [1], counts: [3] }, losses: { bins: [], counts: [] }, bestLoss: 0.5 }
    await runSql(url, 'UPDATE cells SET tally = $1', [Buffer.from(encodeTally(tally))])
    const [row] = await runSql<{ trials: string; collapsed: string }>(url, 'SELECT trials, collapsed FROM cells')
    expect([Number(row?.trials), Number(row?.collapsed)]).toEqual([tally.trials, collapsedTrials(tally)])
  })

  it('follow what is recorded, and verify finds nothing to say of them', async () => {
    await submit([[trialSpec(1), [7, 0, 3]]])
    expect(await runSql(url, 'SELECT trials, collapsed FROM cells')).toEqual([{ trials: '300', collapsed: '10' }])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('are reported by verify where they are not those of the blocks', async () => {
    await submit([[trialSpec(1), [7]]])
    await runSql(url, 'UPDATE cells SET tally = set_byte(tally, 2, 8)')
    const details = (await store.verify()).mismatches.map(({ detail }) => detail)
    expect(details).toContain('the numbers it is found by differ from the sum of its blocks')
  })

  it('let recorded blocks be written in place, without new index entries', async () => {
    await submit([[trialSpec(1), []]])
    for (let index = 0; index < 12; index += 1) await store.recordBlocks(cellId(trialSpec(1)), [block(index, 1)], TEST_ENGINE)
    const { all, inPlace } = await vi.waitFor(
      async () => {
        const seen = await updates()
        expect(seen.all).toBeGreaterThanOrEqual(12)
        return seen
      },
      { timeout: 20_000, interval: 100 },
    )
    // a page may be full now and then
    expect(inPlace).toBeGreaterThanOrEqual(all - 3)
  })

  /** Updates of `cells` so far, all and in place (heap-only); connections tell theirs once a second. */
  async function updates(): Promise<{ all: number; inPlace: number }> {
    const [row] = await runSql<{ all: string; hot: string }>(
      url,
      `SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'cells'`,
    )
    return { all: Number(row?.all), inPlace: Number(row?.hot) }
  }
})
