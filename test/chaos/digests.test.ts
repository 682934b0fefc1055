import { createCpuEngine } from '@collapsar/engine-cpu'
import { createChunkQueue } from '@collapsar/queue'
import type { ChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import type { SweepDocument } from '@collapsar/sweep'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collapsar } from '../support/collapsar.ts'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { documentOf, runInLaboratory } from '../support/laboratory.ts'
import { redisAvailable, startRedis } from '../support/redis.ts'
import type { TestRedis } from '../support/redis.ts'
import { startService } from '../support/service.ts'
import type { Service } from '../support/service.ts'

/**
 * Minibatches, width 4 and over 90% of the networks alive, so that order, neighbours and streams all matter; a block takes
 * some tenths of a second, so that there is time to strike.
 */
const sweep = {
  name: 'chaos',
  grid: { depth: [4, 5], width: 4 },
  inits: 2000,
  training: { batch: 32, steps: 20_000 },
}
const CHUNK_SECONDS = '1'

let server: TestServer
let calm: SweepDocument
beforeAll(async () => {
  server = await startTestServer()
  calm = await runInLaboratory(sweep, { databaseUrl: await server.createDatabase(), engine: createCpuEngine({ threads: 2 }) })
}, 180_000)
afterAll(() => server?.close())

const digestsOf = (document: SweepDocument) => document.cells.map(({ cell, digest }) => [cell, digest])

it('the calm run trains mostly live networks and digests every cell', () => {
  for (const cell of calm.cells) {
    expect(cell.outcomes.born_dead + cell.outcomes.died_in_training).toBeLessThan(0.7 * cell.trials)
    expect(cell.digest).toMatch(/^[0-9a-f]{64}$/)
  }
})

it('other chunks, workers and threads give the same digests', async () => {
  const other = await runInLaboratory(sweep, {
    databaseUrl: await server.createDatabase(),
    engine: createCpuEngine({ threads: 1 }),
    workers: 2,
    concurrency: 2,
    chunkSeconds: 0.01,
  })
  expect(digestsOf(other)).toEqual(digestsOf(calm))
})

describe.skipIf(!redisAvailable())('processes of their own on Redis', () => {
  let redis: TestRedis
  let services: Service[] = []
  const start = (...args: string[]) => {
    const service = startService(args, environment)
    services.push(service)
    return service
  }
  let environment: Record<string, string> = {}
  let databaseUrl = ''
  let store: Store
  let queue: ChunkQueue

  beforeAll(async () => {
    redis = await startRedis()
    databaseUrl = await server.createDatabase()
    environment = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url }
    store = await openStore({ databaseUrl })
    queue = await createChunkQueue({ redisUrl: redis.url })
  })
  afterAll(async () => {
    await Promise.all(services.map((service) => service.end()))
    await queue?.close()
    await store?.close()
    await redis?.close()
  })

  /** At least one chunk in a worker's hands and one waiting: now is the moment to strike. */
  const busy = () =>
    expect
      .poll(async () => Object.values(await queue.depth('cpu')).every((count) => count >= 1), { timeout: 30_000, interval: 10 })
      .toBe(true)

  it('survive SIGKILL, FLUSHALL and double delivery with the same digests', async () => {
    const api = start('serve', '--port', '0')
    const { url } = await api.event('serving')
    start('planner', '--chunk-seconds', CHUNK_SECONDS, '--reconcile-seconds', '1')
    const victim = start('worker', '--threads', '1', '--lock', '2')
    const survivor = start('worker', '--threads', '1', '--lock', '2')
    // A worker that knows nothing of Redis gets the same chunks through another queue: its deliveries are double ones.
    const second = await createChunkQueue({ databaseUrl })
    const double = startService(['worker', '--threads', '1', '--lock', '2'], { DATABASE_URL: databaseUrl })
    services.push(double)
    // One that comes when all is done delivers nothing twice.
    await Promise.all([victim, survivor, double].map((worker) => worker.event('worker started')))
    const doubling = setInterval(() => void store.unfinished('cpu').then((chunks) => second.enqueue(chunks)), 200)

    try {
      const response = await fetch(`${String(url)}/v1/sweeps`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(sweep),
      })
      expect(response.status).toBe(202)
      const { id } = (await response.json()) as { id: string }

      await victim.event('chunk started')
      await busy()
      await victim.end('SIGKILL')
      start('worker', '--threads', '1', '--lock', '2')

      await busy()
      const client = new Redis(redis.url)
      await client.flushall()
      client.disconnect()

      await expect.poll(async () => (await store.sweep(id))?.state, { timeout: 120_000, interval: 100 }).toBe('done')
      expect(digestsOf(await documentOf(store, id))).toEqual(digestsOf(calm))
    } finally {
      clearInterval(doubling)
      await second.close()
    }

    const started = services.flatMap(({ log }) => log).filter((line) => line.msg === 'chunk started')
    expect(new Set(started.map((line) => line['chunk'])).size, 'some chunk was delivered again').toBeLessThan(started.length)
    const recorded = services.flatMap(({ log }) => log).filter((line) => line.msg === 'chunk recorded')
    const duplicates = recorded.reduce((sum, line) => sum + Number(line['duplicate']), 0)
    expect(duplicates, 'some block was recorded again').toBeGreaterThan(0)
    expect(await collapsar(['verify'], environment)).toMatchObject({ code: 0 })
  }, 240_000)
})
