import { createMetrics, serveMetrics } from '@collapsar/metrics'
import type { Metrics } from '@collapsar/metrics'
import { runPlanner } from '@collapsar/planner'
import { createChunkQueue } from '@collapsar/queue'
import type { ChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { ASSUMED_FLOPS_PER_THREAD, BLOCK_TRIALS, blockSeconds, parseSweep } from '@collapsar/sweep'
import { createReferenceEngine } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { runWorker, trainHere } from '@collapsar/worker'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'

const sweep = { grid: { depth: 3, width: [1, 2] }, inits: 300, precision: 'float64', problem: { points: 16 }, training: { batch: 4, steps: 40 } }
const BLOCKS = 6
const WAIT = { timeout: 60_000, interval: 50 }
const log = pino({ level: process.env['COLLAPSAR_TEST_LOG'] ?? 'silent' })

let server: TestServer
let databaseUrl: string
let store: Store
let queue: ChunkQueue
let metrics: Metrics
beforeAll(async () => {
  server = await startTestServer()
  databaseUrl = await server.createDatabase()
  store = await openStore({ databaseUrl })
  queue = await createChunkQueue({ databaseUrl })
  metrics = createMetrics()
})
afterAll(async () => {
  await queue?.close()
  await store?.close()
  await server?.close()
})

/** As Prometheus does: each line but comments is a name with labels, and a number. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const endpoint = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 })
  try {
    const text = await (await fetch(`http://127.0.0.1:${endpoint.port}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
  } finally {
    await endpoint.close()
  }
}

/** Trains nothing before it is let go. */
function gated(engine: Engine): Engine & { open(): void } {
  let open = () => undefined as void
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  return {
    ...engine,
    train: async (batch, signal, onProgress) => {
      await gate
      return engine.train(batch, signal, onProgress)
    },
    open,
  }
}

it('the figures of a sweep are those of the store', async () => {
  const parsed = parseSweep(sweep)
  const { sweep: submitted } = await store.createSweep(parsed)
  const engine = gated(createReferenceEngine())
  const deps = { store, queue, log, metrics, training: trainHere(engine) }
  const worker = await runWorker(deps, { id: 'w', engine: 'cpu', threads: 1, concurrency: 1, errandSeconds: 0.1 })
  const planner = runPlanner(deps, { sweeps: [submitted.id], pollSeconds: 0.1, reconcileSeconds: 0.2, auditShare: 1 })
  const auditor = await runWorker({ ...deps, training: trainHere(createReferenceEngine()) }, { id: 'auditor', engine: 'cuda', threads: 1, errandSeconds: 0.1 })
  try {
    // Everything is claimed, one chunk of it is in the worker's hands, and nothing is measured: the cost model speaks.
    const flopsPerSecond = ASSUMED_FLOPS_PER_THREAD
    const modelled = parsed.cells.reduce((sum, { spec }) => sum + 3 * blockSeconds({ spec, secondsPerBlock: null }, { flopsPerSecond }), 0)
    await expect.poll(async () => (await scrape()).get('collapsar_outstanding_work_seconds{engine="cpu"}'), WAIT).toBeCloseTo(modelled, 9)
    expect((await queue.depth('cpu')).active).toBe(1)
    engine.open()
    await expect.poll(async () => (await store.sweep(submitted.id))?.state, WAIT).toBe('done')
    await expect.poll(async () => (await store.audits(100)).filter(({ state }) => state === 'match').length, WAIT).toBe(BLOCKS)
    await expect.poll(async () => (await scrape()).get('collapsar_outstanding_work_seconds{engine="cpu"}'), WAIT).toBe(0)
  } finally {
    await planner.stop()
    await Promise.all([worker.stop(), auditor.stop()])
  }

  const figures = await scrape()
  const outcomes = (await store.sweepCells(submitted.id)).map(({ tally }) => tally.outcomes)
  const trials = Object.keys(outcomes[0] ?? {}).map((outcome) => [outcome, outcomes.reduce((sum, counts) => sum + (counts as Readonly<Record<string, number>>)[outcome]!, 0)] as const)
  for (const [outcome, count] of trials) expect(figures.get(`collapsar_trials_total{outcome="${outcome}",engine="cpu"}`) ?? 0, outcome).toBe(count)
  expect(trials.reduce((sum, [, count]) => sum + count, 0)).toBe(BLOCKS * BLOCK_TRIALS)
  expect(figures.get('collapsar_blocks_total{result="recorded"}')).toBe(BLOCKS)
  expect(figures.get('collapsar_blocks_total{result="gap"}')).toBeUndefined()
  expect(figures.get('collapsar_audit_total{result="match"}')).toBe(BLOCKS)
  const chunks = figures.get('collapsar_chunk_duration_seconds_count{engine="cpu"}') ?? 0
  expect(chunks).toBeGreaterThanOrEqual(1)
  expect(figures.get('collapsar_commit_duration_seconds_count')).toBe(chunks)
  expect(figures.get('collapsar_feeder_lag_seconds')).toBe(0)
  const [{ id: cell }] = (await runSql<{ id: string }>(databaseUrl, 'SELECT id FROM cells')) as [{ id: string }]
  for (const name of figures.keys()) for (const secret of [submitted.id, cell]) expect(name).not.toContain(secret)
}, 120_000)

it('a block that fails three times is counted as a gap', async () => {
  const failing: Engine = { ...createReferenceEngine(), train: () => Promise.reject(new Error('a test')) }
  const { sweep: submitted } = await store.createSweep(parseSweep({ ...sweep, seed: 2, grid: { depth: 3, width: 2 }, inits: 100 }))
  const deps = { store, queue, log, metrics, training: trainHere(failing) }
  const worker = await runWorker(deps, { id: 'fails', engine: 'cpu', threads: 1, concurrency: 1 })
  const planner = runPlanner(deps, { sweeps: [submitted.id], pollSeconds: 0.1, reconcileSeconds: 0.2 })
  try {
    await expect.poll(async () => (await store.sweep(submitted.id))?.state, WAIT).toBe('done')
  } finally {
    await planner.stop()
    await worker.stop()
  }
  expect((await store.gaps(submitted.id)).length).toBe(1)
  expect((await scrape()).get('collapsar_blocks_total{result="gap"}')).toBe(1)
}, 120_000)
