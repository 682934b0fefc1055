import { runPlanner } from '@collapsar/planner'
import { createChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import { createReferenceEngine } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { runWorker, trainHere } from '@collapsar/worker'
import type { Worker } from '@collapsar/worker'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { documentOf, runInLaboratory } from '../support/laboratory.ts'

/** Minibatches and width 4, so that order and streams matter; the readable engine, so that nothing is compiled. */
const sweep = {
  grid: { depth: [3, 4], width: 4 },
  inits: 1000,
  precision: 'float64',
  problem: { points: 16 },
  training: { batch: 4, steps: 40 },
}
const BLOCKS = 20
/** For machines that do much else. */
const TIMEOUT_MS = 240_000

let server: TestServer
let calm: SweepDocument
beforeAll(async () => {
  server = await startTestServer()
  calm = await runInLaboratory(sweep, { databaseUrl: await server.createDatabase(), engine: createReferenceEngine() })
})
afterAll(() => server.close())

/**
 * Flips the lowest bit of one final parameter of about 1% of the networks, by their index (97 is prime to 100, so nearly every block has
 * one). It sits where a faulty memory would: below the measuring and below the audit.
 */
function corrupted(engine: Engine): Engine {
  return {
    ...engine,
    train: async (batch, signal, onProgress) => {
      const trained = await engine.train(batch, signal, onProgress)
      const parameters = trained.parameters as Float64Array
      const bits = new BigUint64Array(parameters.buffer, parameters.byteOffset, parameters.length)
      const perTrial = bits.length / batch.trials.length
      for (const [row, trial] of batch.trials.entries()) if (trial % 97 === 5) bits[row * perTrial] = bits[row * perTrial]! ^ 1n
      return trained
    },
  }
}

interface Scene {
  readonly store: Store
  readonly databaseUrl: string
  readonly sweepId: string
  start(id: string, engine: Engine, openArbiter?: () => Engine): Promise<Worker>
  close(): Promise<void>
}

/** A planner that audits 30% of the blocks; which ones is fixed by the secret. */
async function openScene(): Promise<Scene> {
  const databaseUrl = await server.createDatabase()
  await runSql(databaseUrl, `UPDATE audit_rule SET secret = decode(repeat('5a', 32), 'hex')`)
  const [store, queue] = [await openStore({ databaseUrl }), await createChunkQueue({ databaseUrl })]
  const log = pino({ level: process.env['COLLAPSAR_TEST_LOG'] ?? 'silent' })
  const sweepId = (await store.createSweep(parseSweep(sweep))).sweep.id
  const planner = runPlanner({ store, queue, log }, { sweeps: [sweepId], pollSeconds: 0.2, reconcileSeconds: 0.5, chunkSeconds: 1e-6, auditShare: 0.3 })
  const workers: Worker[] = []
  return {
    store,
    databaseUrl,
    sweepId,
    start: async (id, engine, openArbiter) => {
      const deps = { store, queue, log, training: trainHere(engine), ...(openArbiter !== undefined && { openArbiter }) }
      const worker = await runWorker(deps, { id, host: `of ${id}`, engine: 'cpu', threads: 1, concurrency: 1, errandSeconds: 0.1 })
      workers.push(worker)
      return worker
    },
    close: async () => {
      await planner.stop()
      await Promise.all(workers.map((worker) => worker.stop()))
      await queue.close()
      await store.close()
    },
  }
}

const blocksOf = async ({ databaseUrl }: Scene, worker: string) =>
  (await runSql<{ blocks: number }>(databaseUrl, 'SELECT count(*)::int AS blocks FROM blocks JOIN workers ON workers.key = blocks.worker WHERE workers.id = $1', [worker]))[0]!.blocks

/** What was withdrawn is recorded again. An honest worker that is left alone has nobody to audit it: those audits wait. */
async function settled({ store, sweepId }: Scene): Promise<boolean> {
  const [withdrawals, audits] = [await store.withdrawals(10), await store.audits(1000)]
  return (
    withdrawals.length > 0 &&
    withdrawals.every(({ finishedAt }) => finishedAt !== null) &&
    audits.every(({ state, author }) => state !== 'open' || author !== 'liar') &&
    (await store.sweep(sweepId))?.state === 'done'
  )
}

async function expectCalm({ store, sweepId }: Scene): Promise<void> {
  const document = await documentOf(store, sweepId)
  expect(JSON.stringify(document.cells)).toBe(JSON.stringify(calm.cells))
  expect((await store.verify()).mismatches).toEqual([])
}

it('a worker that flips one bit in 1% of its networks is caught, quarantined and withdrawn, and the bytes are those of the calm run', async () => {
  const scene = await openScene()
  try {
    const liar = await scene.start('liar', corrupted(createReferenceEngine()))
    await expect.poll(() => blocksOf(scene, 'liar'), { timeout: TIMEOUT_MS, interval: 20 }).toBeGreaterThanOrEqual(BLOCKS / 3)
    for (const id of ['honest-1', 'honest-2']) await scene.start(id, createReferenceEngine())
    await expect.poll(() => settled(scene), { timeout: TIMEOUT_MS, interval: 100 }).toBe(true)
    await liar.stop()

    expect(await scene.store.withdrawals(10)).toMatchObject([{ worker: 'liar', blocks: expect.any(Number) }])
    expect((await scene.store.withdrawals(10))[0]!.blocks).toBeGreaterThanOrEqual(BLOCKS / 3)
    expect(await blocksOf(scene, 'liar')).toBe(0)
    expect(await runSql(scene.databaseUrl, `SELECT id FROM workers WHERE state = 'quarantined'`)).toEqual([{ id: 'liar' }])
    const audits = await scene.store.audits(1000)
    expect(audits.filter(({ state, author }) => state === 'mismatch' && author === 'liar').length).toBeGreaterThan(0)
    expect(audits.filter(({ state, author }) => state === 'match' && author === 'liar')).toEqual([])
    await expectCalm(scene)
  } finally {
    await scene.close()
  }
}, 2 * TIMEOUT_MS)

it('where there are two workers alone, the arbiter of the honest one decides', async () => {
  const scene = await openScene()
  try {
    await scene.start('honest', createReferenceEngine(), createReferenceEngine)
    await scene.start('liar', corrupted(createReferenceEngine()), createReferenceEngine)
    await expect.poll(() => settled(scene), { timeout: TIMEOUT_MS, interval: 100 }).toBe(true)

    expect(await scene.store.withdrawals(10)).toMatchObject([{ worker: 'liar' }])
    const arbitrated = (await scene.store.audits(1000)).filter(({ votes }) => votes.some(({ arbitration }) => arbitration))
    expect(arbitrated.length).toBeGreaterThan(0)
    await expectCalm(scene)
  } finally {
    await scene.close()
  }
}, 2 * TIMEOUT_MS)
