import { createChunkQueue } from '@collapsar/queue'
import type { ChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { runSql, startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { createFeeder } from './feeder.ts'
import type { Feeder } from './feeder.ts'

let server: TestServer
let databaseUrl: string
let store: Store
let queue: ChunkQueue
let feeder: Feeder
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  databaseUrl = await server.createDatabase()
  store = await openStore({ databaseUrl })
  queue = await createChunkQueue({ databaseUrl })
  feeder = createFeeder({ store, queue, log: pino({ level: 'silent' }) }, { sweeps: 'lead', reconcileSeconds: 0 })
})
afterEach(async () => {
  await queue.close()
  await store.close()
})

const file = { grid: { depth: 4, width: 4 }, inits: 100_000, training: { steps: 3000 } }

async function submit(source: object, given: { owner?: string } = {}): Promise<string> {
  return (await store.createSweep({ ...parseSweep({ ...file, ...source }), ...given })).sweep.id
}

const beat = (engine: 'cpu' | 'cuda', flopsPerSecond: number) => store.heartbeat({ id: `w-${engine}`, engine, threads: 1 }, flopsPerSecond)
const live = async (engine: 'cpu' | 'cuda') => (await store.unfinished(engine)).length
/** As if the worker had last reported itself so long ago. */
const silence = (engine: string, seconds: number) =>
  runSql(databaseUrl, 'UPDATE workers SET last_seen = now() - make_interval(secs => $2) WHERE engine = $1', [engine, seconds])

it('issues nothing for an engine without workers, and at once when one comes', async () => {
  await submit({ engine: 'cuda' })
  await beat('cpu', 1e9)
  await feeder.tick()
  expect([await live('cpu'), await live('cuda')]).toEqual([0, 0])
  await beat('cuda', 1e12)
  await feeder.tick()
  expect([await live('cpu'), await live('cuda') > 0]).toEqual([0, true])
  expect((await queue.depth('cuda')).waiting).toBe(await live('cuda'))
})

it('lets every live kind train a sweep that takes any, each block once, in chunks sized by its own speed', async () => {
  await submit({})
  await Promise.all([beat('cpu', 1e9), beat('cuda', 1e11)])
  await feeder.tick()
  const [cpu, cuda] = [await store.unfinished('cpu'), await store.unfinished('cuda')]
  const blocks = [...cpu, ...cuda].flatMap(({ firstBlock, blocks: count }) => Array.from({ length: count }, (_, i) => firstBlock + i))
  expect(new Set(blocks).size).toBe(blocks.length)
  // A block takes 40 weights x 128 points x 3,000 steps x 6 flop x 100 trials: 9.2 s on the cpu, 0.09 s on the other; a chunk aims at 8 s.
  expect(new Set(cpu.map(({ blocks: count }) => count))).toEqual(new Set([1]))
  expect(Math.min(...cuda.map(({ blocks: count }) => count))).toBeGreaterThan(40)
})

it('shares the last blocks out by speed', async () => {
  await submit({ inits: 3000, training: { steps: 0 } })
  await Promise.all([beat('cpu', 1e12), beat('cuda', 9e12)])
  await feeder.tick()
  const largest = async (kind: 'cpu' | 'cuda') => Math.max(0, ...(await store.unfinished(kind)).map(({ blocks }) => blocks))
  // 30 blocks, a tenth and nine tenths of them in three chunks each.
  expect(await largest('cuda')).toBe(9)
  expect(await largest('cpu')).toBeLessThanOrEqual(1)
})

it('takes chunks back from a kind whose workers are gone for a minute, where the sweep allows another', async () => {
  await submit({})
  const bound = await submit({ engine: 'cuda', seed: 1 })
  await beat('cuda', 1e9)
  await feeder.tick()
  const claimed = await live('cuda')
  expect(claimed).toBeGreaterThan(0)
  await silence('cuda', 45)
  await beat('cpu', 1e9)
  await feeder.tick()
  expect(await live('cuda')).toBe(claimed)
  await silence('cuda', 61)
  await feeder.tick()
  expect(await live('cpu')).toBeGreaterThan(0)
  const [wish] = await store.progress(bound)
  const left = await store.unfinished('cuda')
  expect(left.length).toBeGreaterThan(0)
  expect(left.every(({ cell }) => cell === wish!.cell)).toBe(true)
  expect((await queue.depth('cuda')).waiting).toBe(left.length)
})

it('serves owners alike, look by look, however small the room', async () => {
  for (const seed of [1, 2, 3]) await submit({ seed }, { owner: 'ann' })
  const bob = await submit({ seed: 4 }, { owner: 'bob' })
  const [wish] = await store.progress(bob)
  await beat('cpu', 1e8)
  const owners: string[] = []
  const known = new Set<string>()
  for (let look = 0; look < 8; look += 1) {
    await feeder.tick()
    const chunks = await store.unfinished('cpu')
    for (const chunk of chunks.filter(({ id }) => !known.has(id))) {
      known.add(chunk.id)
      owners.push(chunk.cell === wish!.cell ? 'bob' : 'ann')
    }
    // One chunk ends between two looks, as when a worker fails it for good.
    await runSql(databaseUrl, 'DELETE FROM chunks WHERE number = (SELECT min(number) FROM chunks)')
  }
  expect(owners).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 'ann' : 'bob')))
})

it('issues nothing for a paused sweep, and goes on when it is resumed', async () => {
  const id = await submit({})
  await beat('cpu', 1e9)
  await feeder.tick()
  expect((await store.pause(id)).dropped.length).toBeGreaterThan(0)
  await feeder.tick()
  expect(await live('cpu')).toBe(0)
  await store.resume(id)
  await feeder.tick()
  expect(await live('cpu')).toBeGreaterThan(0)
})
