import { describe, expect, it } from 'vitest'
import { nextChunks } from './fair-share.ts'
import { chunkBlocks, planRound } from './plan-round.ts'
import type { CellProgress, ChunkSizing } from './plan-round.ts'
import { parseSweep } from './sweep.ts'

const { spec } = parseSweep({ grid: { depth: 10, width: 2 }, inits: 1 }).cells[0]!

const cell = (name: string, progress: Partial<CellProgress> = {}): CellProgress => ({
  cell: name,
  spec,
  goalBlocks: 10,
  prefixBlocks: 0,
  settled: [],
  claimed: [],
  secondsPerBlock: 1,
  ...progress,
})

const sizing: ChunkSizing = { flopsPerSecond: 1e9, targetSeconds: 4, maximumBlocks: 100 }

function openOf(...cells: CellProgress[]) {
  const plan = planRound(cells)
  return plan.kind === 'round' ? plan.open : []
}

let made = 0
const identify = () => ({ id: `chunk-${(made += 1)}`, engine: 'cpu' as const })

describe('a round', () => {
  it('asks for the blocks that nobody has and nobody works on', () => {
    const open = openOf(cell('a', { prefixBlocks: 2, settled: [4, 5], claimed: [{ first: 7, count: 2 }] }))
    expect(open.map(({ first, count }) => [first, count])).toEqual([[2, 2], [6, 1], [9, 1]])
  })

  it('is done when every prefix has what was asked, and waits while the rest is in hand', () => {
    expect(planRound([cell('a', { prefixBlocks: 10 }), cell('b', { prefixBlocks: 12 })]).kind).toBe('done')
    expect(planRound([cell('a', { prefixBlocks: 9, claimed: [{ first: 8, count: 2 }] })]).kind).toBe('wait')
  })

  it('does not reach beyond what the sweep asked for', () => {
    const open = openOf(cell('a', { goalBlocks: 3, claimed: [{ first: 5, count: 4 }] }))
    expect(open.map(({ first, count }) => [first, count])).toEqual([[0, 3]])
  })

  it('depends on the progress alone', () => {
    const cells = [cell('a', { settled: [3] }), cell('b', { prefixBlocks: 5 })]
    expect(planRound(cells)).toEqual(planRound(structuredClone(cells)))
  })
})

describe('the next chunks', () => {
  it('cut the open blocks into pieces of the wanted time, each block once', () => {
    const chunks = nextChunks([openOf(cell('a'))], 10, sizing, identify)
    expect(chunks.map(({ firstBlock, blocks }) => [firstBlock, blocks])).toEqual([[0, 4], [4, 4], [8, 2]])
  })

  it('alternate between sweeps, so that a small one never waits behind a huge one', () => {
    const huge = openOf(cell('huge', { goalBlocks: 100_000 }))
    const small = openOf(cell('small', { goalBlocks: 2 }))
    expect(nextChunks([huge, small], 3, sizing, identify).map((chunk) => chunk.cell)).toEqual(['huge', 'small', 'huge'])
  })

  it('claim a cell that two sweeps want once', () => {
    const chunks = nextChunks([openOf(cell('a')), openOf(cell('a'))], 10, sizing, identify)
    const blocks = chunks.flatMap(({ firstBlock, blocks }) => Array.from({ length: blocks }, (_, index) => firstBlock + index))
    expect(new Set(blocks).size).toBe(10)
  })

  it('hold at least one block, however slow', () => {
    expect(chunkBlocks({ spec, secondsPerBlock: 1e6 }, sizing)).toBe(1)
    expect(chunkBlocks({ spec, secondsPerBlock: 0 }, sizing)).toBe(100)
  })

  it('are sized by the cost model before the first measurement', () => {
    // 36 weights, 128 points, 3,000 steps: 83 Mflop a trial, 8.3 Gflop a block (6 flop per weight and sample): three blocks a second, 4 s.
    expect(chunkBlocks({ spec, secondsPerBlock: null }, { ...sizing, flopsPerSecond: 8.3e9 * 3 })).toBe(12)
  })
})
