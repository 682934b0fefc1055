import { expect, it, vi } from 'vitest'
import { aliveBlock, aliveBlocks, TEST_ENGINE, trialSpec, wish } from '../../../test/support/blocks.ts'
import { runSql } from '../../../test/support/database.ts'
import { eachWithStore } from '../../../test/support/each-store.ts'
import { openStore } from './open-store.ts'
import type { NewSweep, Store } from './store.ts'

let url: string
let store: Store
eachWithStore((opened) => ({ url, store } = opened))

const MAP: NewSweep = {
  name: 'safe-region',
  source: { name: 'safe-region', zeta: 1, alpha: [2, 'x'] },
  cells: [wish(3, 200), wish(1, 50), wish(2, 100)],
}

it('keeps a sweep as it was submitted, with its cells in their order', async () => {
  const { sweep, created } = await store.createSweep(MAP)
  expect(created).toBe(true)
  expect(sweep).toEqual({
    id: expect.stringMatching(/^sw-[0-9a-f]{16}$/),
    name: 'safe-region',
    state: 'active',
    source: MAP.source,
    createdAt: expect.any(Date),
    finishedAt: null,
    reused: 0,
    adaptive: false,
    rounds: 0,
    measure: [],
    owner: 'local',
    tags: [],
    priority: 0,
    extension: null,
  })
  expect(JSON.stringify(sweep.source)).toBe(JSON.stringify(MAP.source))
  expect(await store.sweep(sweep.id)).toEqual(sweep)
  const cells = await store.sweepCells(sweep.id)
  expect(cells.map(({ cell, spec, inits }) => ({ cell, spec, inits }))).toEqual(MAP.cells)
  expect(await store.cellSpec(wish(3, 0).cell)).toEqual(trialSpec(3))
})

it('gives nothing for what is unknown', async () => {
  expect(await store.sweep('sw-unknown')).toBeNull()
  expect(await store.cellSpec('c1_unknown')).toBeNull()
  expect(await store.progress('sw-unknown')).toEqual([])
  expect(await store.sweepCells('sw-unknown')).toEqual([])
  expect(await store.gaps('sw-unknown')).toEqual([])
  expect(await store.existingTrials([wish(1, 100)])).toEqual([0])
})

it('lists sweeps newest first, and the active ones oldest first', async () => {
  const ids = []
  for (const name of ['a', 'b', 'c']) ids.push((await store.createSweep({ ...MAP, name })).sweep.id)
  await store.cancel(ids[1]!)
  expect((await store.sweeps(2)).map(({ name }) => name)).toEqual(['c', 'b'])
  expect((await store.activeSweeps()).map(({ name }) => name)).toEqual(['a', 'c'])
})

it('answers the same idempotency key with the same sweep, 40 times at once', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => store.createSweep(MAP, 'key-1')))
  expect(new Set(answers.map(({ sweep }) => sweep.id)).size).toBe(1)
  expect(answers.filter(({ created }) => created)).toHaveLength(1)
  expect(await store.sweeps(10)).toHaveLength(1)
})

it('refuses an idempotency key that was used for another request', async () => {
  await store.createSweep(MAP, 'key-1')
  const other = { ...MAP, cells: [wish(3, 201), ...MAP.cells.slice(1)] }
  await expect(store.createSweep(other, 'key-1')).rejects.toMatchObject({ code: 'idempotency-mismatch' })
  expect((await store.createSweep(other, 'key-2')).created).toBe(true)
})

it('creates cells once when sweeps that share them are created at the same time', async () => {
  const cells = Array.from({ length: 60 }, (_, seed) => wish(seed, 100))
  const orders = [cells, cells.toReversed(), cells.slice(30).concat(cells.slice(0, 30)), cells]
  await Promise.all(orders.map((order, index) => store.createSweep({ name: `${index}`, source: null, cells: order })))
  expect(await runSql(url, 'SELECT count(*)::int AS cells FROM cells')).toEqual([{ cells: 60 }])
})

it('reuses the trials that exist: counts them, freezes what is complete', async () => {
  await store.createSweep({ name: 'first', source: {}, cells: [wish(1, 1000), wish(2, 1000)] })
  await store.recordBlocks(wish(1, 0).cell, aliveBlocks(1, 0, 3), TEST_ENGINE)
  await store.recordBlocks(wish(1, 0).cell, aliveBlocks(1, 5, 2), TEST_ENGINE)
  const asked = [wish(2, 300), wish(1, 250), wish(1, 400), wish(1, 620), wish(1, 5000), wish(7, 10)]
  // Cell 1 has blocks 0, 1, 2, 5, 6: trials 0-299 and 500-699.
  expect(await store.existingTrials(asked)).toEqual([0, 250, 300, 420, 500, 0])
  const { sweep } = await store.createSweep({ name: 'second', source: {}, cells: [wish(1, 250), wish(2, 100)] })
  expect(sweep.reused).toBe(250)
  const [complete, empty] = await store.sweepCells(sweep.id)
  expect([complete?.tally.trials, complete?.digest?.length]).toEqual([250, 64])
  expect([empty?.tally.trials, empty?.digest]).toEqual([0, null])
  const again = await store.createSweep({ name: 'third', source: {}, cells: [wish(1, 250)] })
  expect(await store.finishSweeps()).toEqual([again.sweep.id])
  expect(await store.sweepCells(again.sweep.id)).toEqual([complete])
})

it('finishes a sweep when every cell has what was asked', async () => {
  const { sweep } = await store.createSweep({ name: 'two', source: {}, cells: [wish(1, 100), wish(2, 100)] })
  await store.recordBlocks(wish(1, 0).cell, aliveBlocks(1, 0, 1), TEST_ENGINE)
  expect(await store.finishSweeps()).toEqual([])
  await store.recordBlocks(wish(2, 0).cell, aliveBlocks(2, 0, 1), TEST_ENGINE)
  expect(await store.finishSweeps()).toEqual([sweep.id])
  expect(await store.finishSweeps()).toEqual([])
  expect(await store.sweep(sweep.id)).toMatchObject({ state: 'done', finishedAt: expect.any(Date) })
})

it('knows the workers that reported lately', async () => {
  const worker = { id: 'w1', engine: 'cpu' as const, threads: 2 }
  await store.heartbeat(worker, null)
  await store.heartbeat({ id: 'w2', engine: 'cuda', threads: 1 }, 1e12)
  expect(await store.liveWorkers(60)).toEqual([
    { ...worker, flopsPerSecond: null, lastSeen: expect.any(Date) },
    { id: 'w2', engine: 'cuda', threads: 1, flopsPerSecond: 1e12, lastSeen: expect.any(Date) },
  ])
  await store.heartbeat({ ...worker, threads: 4 }, 5e9)
  await runSql(url, `UPDATE workers SET last_seen = now() - interval '61 seconds' WHERE id = 'w2'`)
  expect(await store.liveWorkers(60)).toMatchObject([{ id: 'w1', threads: 4, flopsPerSecond: 5e9 }])
  await store.retire('w1')
  await store.retire('never-seen')
  expect(await store.liveWorkers(60)).toEqual([])
})

it('lists workers with what they do, those first that live', async () => {
  const worker = { id: 'w1', engine: 'cpu' as const, threads: 2, version: '7', device: 'A processor', host: 'node-3', pid: 41 }
  expect(await store.heartbeat(worker, 1e9, { state: 'active', chunks: ['c-1', 'c-2'] })).toBe('active')
  await store.heartbeat({ id: 'w0', engine: 'cpu', threads: 1 }, null)
  await store.retire('w0')
  const [first, second] = await store.workers(10)
  expect(first).toEqual({
    ...worker,
    state: 'active',
    flopsPerSecond: 1e9,
    chunks: ['c-1', 'c-2'],
    reason: null,
    trustedAt: null,
    startedAt: expect.any(Date),
    lastSeen: expect.any(Date),
  })
  expect(second).toMatchObject({ id: 'w0', state: 'gone', version: '', device: '', host: '', pid: null, chunks: [] })
  expect(await store.heartbeat(worker, 1e9, { state: 'draining', chunks: [] })).toBe('draining')
  expect(await store.liveWorkers(60)).toEqual([])
  expect((await store.workers(1)).map(({ id }) => id)).toEqual(['w1'])
  await runSql(url, `UPDATE workers SET last_seen = now() - interval '31 seconds'`)
  expect((await store.workers(10)).map(({ id, state }) => [id, state])).toEqual([['w1', 'silent'], ['w0', 'gone']])
})

it('keeps a quarantine whatever the worker says', async () => {
  const worker = { id: 'w1', engine: 'cpu' as const, threads: 2 }
  await store.heartbeat(worker, null)
  await runSql(url, `UPDATE workers SET state = 'quarantined'`)
  expect(await store.heartbeat(worker, null)).toBe('quarantined')
  expect(await store.liveWorkers(60)).toEqual([])
  await store.retire('w1')
  expect(await store.workers(10)).toMatchObject([{ id: 'w1', state: 'quarantined' }])
})

it('forgets silent workers that recorded nothing', async () => {
  for (const id of ['idle', 'busy', 'live']) await store.heartbeat({ id, engine: 'cpu', threads: 1 }, null)
  await store.createSweep({ name: 'one', source: {}, cells: [wish(1, 100)] })
  const chunk = { id: 'c', cell: wish(1, 0).cell, engine: 'cpu' as const, firstBlock: 0, blocks: 1 }
  await store.record({ chunk, blocks: aliveBlocks(1, 0, 1), engine: TEST_ENGINE, worker: 'busy', seconds: 1 })
  await runSql(url, `UPDATE workers SET last_seen = now() - interval '2 days' WHERE id <> 'live'`)
  expect(await store.forgetWorkers(86_400)).toBe(1)
  expect((await store.workers(10)).map(({ id }) => id)).toEqual(['live', 'busy'])
})

it('finds a block of another engine only where this one has none', async () => {
  const { cell } = wish(1, 300)
  const [old, fresh, other] = ['1', '2', '3'].map((version) => ({ id: 'cpu', version }))
  await store.createSweep({ name: 'one', source: {}, cells: [wish(1, 300)] })
  expect(await store.foreignBlock(cell, fresh!)).toBeNull()
  const blocks = aliveBlocks(1, 0, 2)
  await store.recordBlocks(cell, blocks.slice(0, 1), old!)
  expect(await store.foreignBlock(cell, old!)).toBeNull()
  expect(await store.foreignBlock(cell, fresh!)).toEqual({ index: 0, digest: Buffer.from(blocks[0]!.digest), engine: old })
  expect(await store.mixedCells([{ cell }])).toBe(0)
  await store.recordBlocks(cell, blocks.slice(1), fresh!)
  expect(await store.mixedCells([{ cell }, { cell: 'unknown' }])).toBe(1)
  expect(await store.foreignBlock(cell, fresh!)).toBeNull()
  expect(await store.foreignBlock(cell, other!)).toMatchObject({ index: 0, engine: old })
})

it('has one leader at a time, who learns of losing the connection', async () => {
  const other = await openStore({ databaseUrl: url })
  const first = await store.lead()
  expect(first).not.toBeNull()
  expect(await other.lead()).toBeNull()
  await first?.release()
  const second = await other.lead()
  expect(second).not.toBeNull()
  await runSql(url, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted`)
  await second?.lost
  const third = await store.lead()
  expect(third).not.toBeNull()
  await third?.release()
  await other.close()
})

it('tells listeners in other processes of a change, and again after their connection broke', async () => {
  const other = await openStore({ databaseUrl: url })
  const onChange = vi.fn<() => void>()
  const stop = await other.listen(onChange)
  await store.createSweep(MAP)
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled())
  await runSql(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`)
  const calls = onChange.mock.calls.length
  await vi.waitFor(() => expect(onChange.mock.calls.length).toBeGreaterThan(calls), { timeout: 10_000 })
  await stop()
  await other.close()
})

it('survives the loss of all its connections', async () => {
  await Promise.all([store.ping(), store.sweeps(1)])
  await runSql(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'collapsar'`)
  await vi.waitFor(() => store.ping())
  expect(await store.sweeps(1)).toEqual([])
})

it('names the counts of a sweep anew when one of them changes, and only then', async () => {
  const both = { ...MAP, name: 'two', cells: [wish(1, 200), wish(2, 200)] }
  const { sweep } = await store.createSweep(both)
  const version = () => store.countsVersion(sweep.id)
  const seen = [await version()]
  expect(await version()).toBe(seen[0])
  for (const index of [0, 1]) {
    await store.recordBlocks(wish(1, 0).cell, [aliveBlock(1, index)], TEST_ENGINE)
    seen.push(await version())
  }
  expect(new Set(seen).size).toBe(3)
  // The first cell is frozen at 200 trials: what others add to it is nothing to this sweep.
  await store.createSweep({ ...both, name: 'more', cells: [wish(1, 900)] })
  await store.recordBlocks(wish(1, 0).cell, [aliveBlock(1, 2)], TEST_ENGINE)
  expect(await version()).toBe(seen[2])
  expect(await store.countsVersion('sw-0000000000000000')).toBe(await store.countsVersion('sw-0000000000000001'))
})
