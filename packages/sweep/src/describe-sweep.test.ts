import { describe, expect, it } from 'vitest'
import { prepareBornDeadTheory } from './born-dead-theory.ts'
import { describeSweep } from './describe-sweep.ts'
import { parseSweep } from './sweep.ts'
import { EMPTY_TALLY } from './tally.ts'

const facts = {
  id: 'sw-1',
  name: 'n',
  state: 'active',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  finishedAt: null,
  reused: 5,
}

const countsOf = (source: object) =>
  parseSweep(source).cells.map(({ cell, spec, inits }) => ({ cell, spec, inits, tally: EMPTY_TALLY, gaps: 0, digest: null, engines: [] }))

describe('describeSweep', () => {
  it('counts the seconds to the end, or to now', async () => {
    const source = { grid: { depth: 2, width: 1 }, inits: 10 }
    const now = new Date('2026-01-01T00:01:30Z')
    const running = await describeSweep({ ...facts, source }, countsOf(source), now)
    expect(running.sweep).toMatchObject({ id: 'sw-1', name: 'n', state: 'active', trials: 0, reused: 5, seconds: 90 })
    const finishedAt = new Date('2026-01-01T00:00:02.5Z')
    expect((await describeSweep({ ...facts, source, finishedAt }, countsOf(source), now)).sweep.seconds).toBe(2.5)
  })

  it('labels cells by the axes of the file, and leaves other sweeps without labels', async () => {
    const source = { grid: { depth: 2, width: 1 }, inits: 10, axes: { 'training.batch': [1, 2] } }
    const labelled = await describeSweep({ ...facts, source }, countsOf(source), facts.createdAt)
    expect(labelled.cells.map((cell) => cell.axes)).toEqual([{ 'training.batch': 1 }, { 'training.batch': 2 }])
    const plain = { grid: { depth: 2, width: 1 }, inits: 10 }
    expect((await describeSweep({ ...facts, source: plain }, countsOf(plain), facts.createdAt)).cells[0]).not.toHaveProperty('axes')
  })

  it('names the engine of a cell, and each version where blocks of several are counted together', async () => {
    const source = { grid: { depth: 2, width: 1 }, inits: 10 }
    const engineOf = async (...engines: { id: string; version: string }[]) => {
      const counts = countsOf(source).map((cell) => ({ ...cell, engines }))
      return (await describeSweep({ ...facts, source }, counts, facts.createdAt)).cells[0]!.engine
    }
    const [cpu1, cpu2, cuda] = [{ id: 'cpu', version: '1' }, { id: 'cpu', version: '2' }, { id: 'cuda', version: '1' }]
    expect(await engineOf()).toBeNull()
    expect(await engineOf(cpu1)).toBe('cpu')
    expect(await engineOf(cpu1, cuda)).toBe('cpu+cuda')
    expect(await engineOf(cpu1, cpu2, cuda)).toBe('cpu 1+cpu 2+cuda')
  })

  it('gives a cell the same theory in a map as alone', async () => {
    const map = { grid: { depth: [4, 5, 6], width: [2, 3] }, inits: 10, seed: 3 }
    const together = await describeSweep({ ...facts, source: map }, countsOf(map), facts.createdAt)
    const alone = { grid: { depth: 5, width: 3 }, inits: 10, seed: 4 }
    const single = await describeSweep({ ...facts, source: alone }, countsOf(alone), facts.createdAt)
    const cell = together.cells.find(({ depth, width }) => depth === 5 && width === 3)
    expect(cell?.theory).toEqual(single.cells[0]?.theory)
    expect(cell?.theory.bornDead.simulated).not.toBeNull()
  })
})

describe('prepareBornDeadTheory', () => {
  it('lets the event loop turn between widths', async () => {
    let turns = 0
    const turning = setInterval(() => (turns += 1), 0)
    const { cells } = parseSweep({ grid: { depth: 6, width: { from: 2, to: 9 } }, inits: 1 })
    await prepareBornDeadTheory(cells.map((cell) => cell.spec))
    clearInterval(turning)
    expect(turns).toBeGreaterThanOrEqual(4)
  })
})
