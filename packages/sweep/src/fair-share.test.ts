import { describe, expect, it } from 'vitest'
import { shareOut, withoutChunks } from './fair-share.ts'
import type { Leads, OpenSweep } from './fair-share.ts'
import type { ChunkSizing, OpenRange } from './plan-round.ts'
import { parseSweep } from './sweep.ts'

const { spec } = parseSweep({ grid: { depth: 10, width: 2 }, inits: 1 }).cells[0]!
const sizing: ChunkSizing = { flopsPerSecond: 1e9, targetSeconds: 4, maximumBlocks: 100 }
const identify = ({ cell, first }: OpenRange) => ({ id: `c-${cell}-${first}`, engine: 'cpu' as const })

const range = (cell: string, first: number, count: number, secondsPerBlock = 1): OpenRange => ({ cell, spec, first, count, secondsPerBlock })
/** A sweep with a million open blocks of a second. */
const sweep = (id: string, given: Partial<OpenSweep> = {}): OpenSweep => ({
  id,
  owner: 'ann',
  priority: 0,
  open: [range(`cell-${id}`, 0, 1_000_000)],
  ...given,
})

/** Calls as a planner does: each time what is left, `room` chunks at a time. Seconds given to each cell. */
function served(sweeps: readonly OpenSweep[], { calls, room }: { calls: number; room: number }): Record<string, number> {
  const seconds: Record<string, number> = {}
  let [leads, left]: [Leads, readonly OpenSweep[]] = [new Map(), sweeps]
  for (let call = 0; call < calls; call += 1) {
    const shares = shareOut(left, room, { sizing, leads, identify })
    for (const { cell, blocks } of shares.chunks) seconds[cell] = (seconds[cell] ?? 0) + blocks
    leads = shares.leads
    left = withoutChunks(left, shares.chunks)
  }
  return seconds
}

describe('a share', () => {
  it.each([1, 3])('is equal between the sweeps of one owner and priority, %i chunks at a time', (room) => {
    expect(served([sweep('a'), sweep('b'), sweep('c')], { calls: 30, room })).toEqual({ 'cell-a': 40 * room, 'cell-b': 40 * room, 'cell-c': 40 * room })
  })

  it('is equal between owners, however many sweeps one has and however high they rank', () => {
    const many = Array.from({ length: 9 }, (_, i) => sweep(`m${i}`, { priority: 10 }))
    const seconds = served([...many, sweep('b', { owner: 'bob', priority: -10 })], { calls: 90, room: 2 })
    expect(seconds['cell-b']).toBe(360)
    expect(many.map(({ id }) => seconds[`cell-${id}`])).toEqual(Array.from({ length: 9 }, () => 40))
  })

  it('is a tenth for the next priority, and a hundredth for the one below', () => {
    const seconds = served([sweep('low', { priority: -1 }), sweep('high', { priority: 5 }), sweep('mid')], { calls: 1110, room: 1 })
    expect(seconds).toEqual({ 'cell-high': 4000, 'cell-mid': 400, 'cell-low': 40 })
  })

  it('is measured in seconds, not in chunks', () => {
    const slow = sweep('slow', { open: [range('cell-slow', 0, 1_000_000, 40)] })
    const chunks = shareOut([slow, sweep('quick')], 22, { sizing, leads: new Map(), identify }).chunks
    // A block of the slow one takes 40 s, ten chunks of the quick one as long.
    expect(chunks.filter(({ cell }) => cell === 'cell-slow')).toHaveLength(2)
  })
})

describe('a turn', () => {
  it('comes to a small sweep at once, whatever a huge one has open', () => {
    const small = sweep('small', { open: [range('cell-small', 0, 2)] })
    const { chunks } = shareOut([sweep('huge'), small], 2, { sizing, leads: new Map(), identify })
    expect(chunks.map(({ cell }) => cell)).toEqual(['cell-huge', 'cell-small'])
  })

  it('is not saved up while a sweep has nothing open', () => {
    const idle = sweep('idle', { open: [] })
    let leads: Leads = new Map()
    for (let call = 0; call < 50; call += 1) leads = shareOut([sweep('busy'), idle], 4, { sizing, leads, identify }).leads
    const back = shareOut([sweep('busy'), sweep('idle')], 6, { sizing, leads, identify }).chunks
    expect(back.filter(({ cell }) => cell === 'cell-idle')).toHaveLength(3)
  })

  it('keeps what a sweep was given too much, at most a chunk, in the next call', () => {
    const first = shareOut([sweep('a'), sweep('b')], 1, { sizing, leads: new Map(), identify })
    expect(first.chunks.map(({ cell }) => cell)).toEqual(['cell-a'])
    expect(shareOut([sweep('a'), sweep('b')], 1, { sizing, leads: first.leads, identify }).chunks[0]?.cell).toBe('cell-b')
  })

  it('depends on the input alone, and forgets sweeps that are gone', () => {
    const sweeps = [sweep('a'), sweep('b', { owner: 'bob' }), sweep('c', { priority: 3 })]
    const shares = shareOut(sweeps, 7, { sizing, leads: new Map([['sweep gone', 8]]), identify })
    expect(shareOut(structuredClone(sweeps), 7, { sizing, leads: new Map([['sweep gone', 8]]), identify })).toEqual(shares)
    expect(shares.leads.has('sweep gone')).toBe(false)
  })
})

describe('blocks', () => {
  it('that several sweeps want are cut once, whatever their ranges', () => {
    const wants = [sweep('a', { open: [range('x', 0, 10)] }), sweep('b', { open: [range('x', 3, 20), range('y', 0, 3)] }), sweep('c', { open: [range('x', 7, 2)] })]
    const { chunks } = shareOut(wants, 100, { sizing, leads: new Map(), identify })
    const blocks = chunks.flatMap(({ cell, firstBlock, blocks: count }) => Array.from({ length: count }, (_, i) => `${cell} ${firstBlock + i}`))
    const wanted = [...Array.from({ length: 23 }, (_, i) => `x ${i}`), 'y 0', 'y 1', 'y 2']
    expect(blocks.toSorted()).toEqual(wanted.toSorted())
    expect(withoutChunks(wants, chunks).flatMap(({ open }) => open)).toEqual([])
  })

  it('that are left can be given to another engine', () => {
    const left = withoutChunks([sweep('a', { open: [range('x', 0, 10)] })], [
      { id: 'k', cell: 'x', engine: 'cuda', firstBlock: 2, blocks: 3 },
      { id: 'l', cell: 'z', engine: 'cuda', firstBlock: 0, blocks: 3 },
    ])
    expect(left[0]?.open.map(({ first, count }) => [first, count])).toEqual([[0, 2], [5, 5]])
  })
})
