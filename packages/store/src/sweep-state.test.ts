import { describe, expect, it } from 'vitest'
import { aliveBlocks, chunkOfSeed, resultOf, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import type { NewSweep, Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

async function sweepOf(inits: number, sweep: Partial<NewSweep> = {}): Promise<string> {
  return (await store.createSweep({ name: 'map', source: {}, cells: [wish(1, inits)], ...sweep })).sweep.id
}

function record(first: number, count: number, seed = 1): Promise<unknown> {
  return store.recordBlocks(wish(seed, 0).cell, aliveBlocks(seed, first, count), TEST_ENGINE)
}

const stateOf = async (id: string) => (await store.sweep(id))?.state
const conflict = { code: 'conflict' }

describe('pausing', () => {
  it('drops the live chunks that no active sweep wants, and keeps those that one wants', async () => {
    const paused = await sweepOf(1000)
    await sweepOf(300)
    await store.issue([chunkOfSeed(1, 2, 2), chunkOfSeed(1, 4, 2), chunkOfSeed(1, 0, 1)])
    const { sweep, dropped } = await store.pause(paused)
    expect([sweep.state, sweep.finishedAt, dropped]).toEqual(['paused', null, ['k1-4']])
    expect((await store.unfinished('cpu')).map(({ id }) => id)).toEqual(['k1-2', 'k1-0'])
    expect(await store.issue([chunkOfSeed(1, 6, 1)])).toEqual([])
    expect((await store.pause(paused)).dropped).toEqual([])
  })

  it('lets what is recorded meanwhile count, and finishes only when resumed', async () => {
    const id = await sweepOf(200)
    const [chunk] = await store.issue([chunkOfSeed(1, 0, 2)])
    await store.pause(id)
    expect(await store.record(resultOf(1, chunk!))).toEqual({ recorded: 2, duplicate: 0 })
    expect((await store.sweepCells(id))[0]).toMatchObject({ tally: { trials: 200 }, digest: expect.any(String) })
    expect(await store.finishSweeps()).toEqual([])
    expect((await store.activeSweeps()).length).toBe(0)
    expect((await store.resume(id)).state).toBe('active')
    expect(await store.finishSweeps()).toEqual([id])
  })

  it('keeps the rounds of an adaptive sweep waiting', async () => {
    const id = await sweepOf(100, { adaptive: true })
    await record(0, 1)
    await store.pause(id)
    expect(await store.nextRound(id, 1, [200])).toBe(false)
    await store.resume(id)
    expect(await store.nextRound(id, 1, [200])).toBe(true)
  })
})

/** What each action makes of each state: the machine of sweep-state.ts, written out by hand. */
const TRANSITIONS: readonly (readonly [action: string, active: string, paused: string, done: string, cancelled: string])[] = [
  ['cancel', 'cancelled', 'cancelled', 'conflict', 'cancelled'],
  ['pause', 'paused', 'paused', 'conflict', 'conflict'],
  ['resume', 'active', 'active', 'done', 'conflict'],
  ['extend', 'active', 'paused', 'active', 'conflict'],
  ['retryGaps', 'active', 'paused', 'done', 'conflict'],
  ['remove', 'conflict', 'deleted', 'deleted', 'deleted'],
  ['label', 'active', 'paused', 'done', 'cancelled'],
]

const ACTIONS: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  cancel: (id) => store.cancel(id),
  pause: (id) => store.pause(id),
  resume: (id) => store.resume(id),
  extend: (id) => store.extend(id, { inits: 300 }),
  retryGaps: (id) => store.retryGaps(id),
  remove: (id) => store.remove(id),
  label: (id) => store.label(id, { name: 'other' }),
}

const STATES = ['active', 'paused', 'done', 'cancelled'] as const

/** Each on a cell of its own, so that no sweep finishes another. */
async function sweepInState(state: (typeof STATES)[number]): Promise<string> {
  const seed = 10 + STATES.indexOf(state)
  const id = await sweepOf(100, { cells: [wish(seed, 100)] })
  if (state === 'paused') await store.pause(id)
  if (state === 'cancelled') await store.cancel(id)
  if (state === 'done') {
    await record(0, 1, seed)
    await store.finishSweeps()
  }
  expect(await stateOf(id)).toBe(state)
  return id
}

describe('every action in every state', () => {
  it.each(TRANSITIONS)('%s makes active %s, paused %s, done %s, cancelled %s', async (action, ...ends) => {
    const act = ACTIONS[action]!
    for (const [i, state] of STATES.entries()) {
      const id = await sweepInState(state)
      const end = ends[i]!
      if (end === 'conflict') await expect(act(id)).rejects.toMatchObject(conflict)
      else await act(id)
      expect((await stateOf(id)) ?? 'deleted').toBe(end === 'conflict' ? state : end)
      if (end === 'conflict') continue
      // Once more changes nothing; what is deleted is unknown.
      if (end === 'deleted') await expect(act(id)).rejects.toMatchObject({ code: 'not-found' })
      else await act(id)
      expect((await stateOf(id)) ?? 'deleted').toBe(end)
    }
    await expect(act('sw-unknown')).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('retrying', () => {
  it('forgets the gaps of a paused sweep, which stays paused', async () => {
    const id = await sweepOf(200)
    await store.issue([chunkOfSeed(1, 0, 1)])
    for (let time = 0; time < 3; time += 1) await store.fail('k1-0', 'poison')
    await record(1, 1)
    expect((await store.sweepCells(id))[0]).toMatchObject({ gaps: 100, tally: { trials: 100 } })
    await store.pause(id)
    expect(await store.retryGaps(id)).toBe(1)
    expect(await stateOf(id)).toBe('paused')
    expect((await store.sweepCells(id))[0]).toMatchObject({ gaps: 0, tally: { trials: 0 }, digest: null })
    await store.resume(id)
    await record(0, 1)
    expect(await store.finishSweeps()).toEqual([id])
  })
})

describe('deleting', () => {
  it('takes the rows of the sweep and nothing that was counted', async () => {
    const id = await sweepOf(150)
    await store.extend(id, { inits: 200 })
    await record(0, 2)
    await store.finishSweeps()
    const other = await sweepOf(200)
    const [before] = await store.sweepCells(other)
    await store.remove(id)
    expect(await runSql(url, 'SELECT DISTINCT sweep FROM sweep_cells')).toEqual([{ sweep: other }])
    expect(await runSql(url, 'SELECT FROM extensions')).toEqual([])
    expect(await store.sweepCells(other)).toEqual([before])
    expect(await store.existingTrials([wish(1, 200)])).toEqual([200])
    expect((await store.verify()).mismatches).toEqual([])
  })

  it('frees the idempotency key', async () => {
    const first = await store.createSweep({ name: 'a', source: {}, cells: [wish(1, 100)] }, 'key')
    await store.cancel(first.sweep.id)
    await store.remove(first.sweep.id)
    const second = await store.createSweep({ name: 'b', source: {}, cells: [wish(1, 100)] }, 'key')
    expect([second.created, second.sweep.id === first.sweep.id]).toEqual([true, false])
  })
})

it('labels anew what is given and leaves the rest', async () => {
  const id = await sweepOf(100, { name: 'map', tags: ['a', 'b'], priority: 3 })
  expect(await store.label(id, { priority: -2 })).toMatchObject({ name: 'map', tags: ['a', 'b'], priority: -2 })
  expect(await store.label(id, { tags: [], name: '' })).toMatchObject({ name: '', tags: [], priority: -2 })
  expect(await store.label(id, {})).toEqual(await store.sweep(id))
})

it('releases claims, so that their blocks can be issued for another engine', async () => {
  await sweepOf(1000)
  await store.issue([{ ...chunkOfSeed(1, 0, 2), engine: 'cuda' }, chunkOfSeed(1, 4, 2)])
  expect(await store.release(['k1-0', 'unknown'])).toEqual(['k1-0'])
  expect(await store.unfinished('cuda')).toEqual([])
  expect(await store.issue([chunkOfSeed(1, 0, 2, 'again')])).toHaveLength(1)
  expect(await store.release([])).toEqual([])
})
