import { runPlanner } from '@collapsar/planner'
import { createChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import { createReferenceEngine } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { runWorker, trainHere } from '@collapsar/worker'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'

/** What is promised is 5 s at the 95th percentile; of so few, the largest. A shared machine may be slower without being broken. */
const PROMISED_SECONDS = 5
const BROKEN_SECONDS = 30
const ROUNDS = 6

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** Never finishes by itself, and tells how many trainings run: what a worker has in hand when its sweep is cancelled. */
function endlessEngine(): Engine & { running(): number } {
  let running = 0
  return {
    ...createReferenceEngine(),
    train: async (_, signal) => {
      running += 1
      try {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
          if (signal.aborted) reject(new Error('aborted'))
        })
        throw new Error('unreachable')
      } finally {
        running -= 1
      }
    },
    running: () => running,
  }
}

it('frees its workers within seconds when a sweep is cancelled or paused, and takes up the next', async () => {
  const databaseUrl = await server.createDatabase()
  const [store, queue, engine] = [await openStore({ databaseUrl }), await createChunkQueue({ databaseUrl }), endlessEngine()]
  const deps = { store, queue, training: trainHere(engine), log: pino({ level: 'silent' }) }
  const worker = await runWorker(deps, { id: 'w', engine: 'cpu', threads: 1, concurrency: 1 })
  const planner = runPlanner(deps, { sweeps: 'lead', pollSeconds: 0.2 })
  const patience = { timeout: BROKEN_SECONDS * 1000, interval: 20 }
  const seconds: number[] = []
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { sweep } = await store.createSweep(parseSweep({ grid: { depth: 3, width: 4 }, inits: 5000, seed: round, precision: 'float64' }))
      await expect.poll(() => engine.running(), patience).toBeGreaterThan(0)
      const asked = performance.now()
      await (round % 2 === 0 ? store.cancel(sweep.id) : store.pause(sweep.id))
      await expect.poll(() => engine.running(), patience).toBe(0)
      seconds.push((performance.now() - asked) / 1000)
      expect(await store.unfinished('cpu')).toEqual([])
    }
  } finally {
    await planner.stop()
    await worker.stop()
    await queue.close()
    await store.close()
  }
  const largest = Math.max(...seconds)
  console.log(`a worker was free ${seconds.map((one) => one.toFixed(1)).join(', ')} s after its sweep was cancelled or paused; promised ${PROMISED_SECONDS} s`)
  expect(largest).toBeLessThan(BROKEN_SECONDS)
}, 200_000)
