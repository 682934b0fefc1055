import { buildApi } from '@collapsar/api'
import { createChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { decodeBlock, encodeBlock, parseSweep } from '@collapsar/sweep'
import { createReferenceEngine, trialBatch } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { runWorker, trainHere } from '@collapsar/worker'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { runInLaboratory } from '../support/laboratory.ts'

const sweep = { grid: { depth: 3, width: 4 }, inits: 100, precision: 'float64', problem: { points: 16 }, training: { batch: 4, steps: 40 } }
const [{ cell, spec }] = parseSweep(sweep).cells as unknown as [ReturnType<typeof parseSweep>['cells'][number]]
const log = pino({ level: 'silent' })

let server: TestServer
let databaseUrl: string
let store: Store
let app: ReturnType<typeof buildApi>
beforeAll(async () => {
  server = await startTestServer()
  databaseUrl = await server.createDatabase()
  await runInLaboratory(sweep, { databaseUrl, engine: createReferenceEngine() })
  store = await openStore({ databaseUrl })
  app = buildApi({ store, log })
})
afterAll(async () => {
  await app?.close()
  await store?.close()
  await server?.close()
})

interface Wish {
  readonly state: string
  readonly reason: string | null
  readonly result: {
    readonly recorded: { readonly found: boolean; readonly equal: boolean | null }
    readonly lossTrace: readonly number[]
    readonly initial: readonly (readonly unknown[])[]
    readonly final: readonly (readonly unknown[])[]
    readonly engine: string
  } | null
}

/** Asks over HTTP, lets a worker with this engine carry it out, and gives the answer. */
async function replayed(trial: number, engine: Engine): Promise<Wish> {
  const asked = await app.inject({ method: 'POST', url: `/v1/cells/${cell}/trials/${trial}/replays` })
  expect(asked.statusCode).toBe(202)
  const location = asked.headers['location'] as string
  const read = async () => (await app.inject({ method: 'GET', url: location })).json<Wish>()
  expect(await read()).toMatchObject({ state: 'pending', result: null })
  const queue = await createChunkQueue({ databaseUrl })
  const worker = await runWorker({ store, queue, training: trainHere(engine), log }, { id: `replays-${trial}`, engine: 'cpu', threads: 1, errandSeconds: 0.05 })
  try {
    await expect.poll(async () => (await read()).state, { timeout: 20_000 }).not.toBe('pending')
    return await read()
  } finally {
    await worker.stop()
    await queue.close()
  }
}

it('gives the trial as a direct training does, and says that it equals the record', async () => {
  const batch = trialBatch(spec, [42], { trace: true })
  const direct = await createReferenceEngine().train(batch, new AbortController().signal)
  const { result } = await replayed(42, createReferenceEngine())
  expect(result).toMatchObject({ cell, trial: 42, depth: 3, width: 4, recorded: { found: true, equal: true }, traceStride: 1 })
  // Weights [4][1] and [4][4] and [1][4] with their biases, flattened, are the parameters in their order.
  expect(result!.initial.flat(3)).toEqual([...batch.initial])
  expect(result!.final.flat(3)).toEqual([...direct.parameters])
  expect(result!.lossTrace).toEqual([...direct.lossTrace!].slice(0, direct.endStep[0]! + 1))
})

it('says that a trial is not recorded, and that a recorded one differs', async () => {
  expect((await replayed(100, createReferenceEngine())).result?.recorded).toEqual({ found: false, equal: null })
  const [block] = await runSql<{ columns: Buffer; digest: Buffer }>(databaseUrl, 'SELECT columns, digest FROM blocks')
  const records = decodeBlock(block!.columns, block!.digest)
  const forged = encodeBlock(0, records.map((record, trial) => (trial === 43 ? { ...record, checksum: record.checksum ^ 1 } : record)))
  await runSql(databaseUrl, 'UPDATE blocks SET columns = $1, digest = $2', [forged.columns, forged.digest])
  expect((await replayed(43, createReferenceEngine())).result?.recorded).toEqual({ found: true, equal: false })
  expect((await replayed(44, createReferenceEngine())).result?.recorded).toEqual({ found: true, equal: true })
})

it('fails with what the engine said', async () => {
  const broken = { ...createReferenceEngine(), train: () => Promise.reject(new Error('out of order')) }
  expect(await replayed(45, broken)).toMatchObject({ state: 'failed', reason: 'out of order', result: null })
})

it.each([
  ['/v1/cells/c1_x/trials/0/replays', 'POST', 400],
  [`/v1/cells/${cell}/trials/-1/replays`, 'POST', 400],
  [`/v1/cells/${cell}/trials/1000000000/replays`, 'POST', 400],
  [`/v1/cells/${cell}/trials/01/replays`, 'POST', 400],
  [`/v1/cells/c1_${'0'.repeat(64)}/trials/0/replays`, 'POST', 404],
  ['/v1/replays/x', 'GET', 400],
  ['/v1/replays/rp-0123456789abcdef', 'GET', 404],
  ['/v1/audits?limit=0', 'GET', 400],
  ['/v1/audits?limit=501', 'GET', 400],
] as const)('refuses %s (%s) with %i', async (url, method, status) => {
  const response = await app.inject({ method, url })
  expect([response.statusCode, response.headers['content-type']]).toEqual([status, 'application/problem+json'])
})

it('lists audits with their votes over HTTP', async () => {
  await runSql(databaseUrl, `SELECT open_audit(cell, index, 'drawn') FROM blocks`)
  const response = await app.inject({ method: 'GET', url: '/v1/audits?limit=5' })
  expect(response.statusCode).toBe(200)
  expect(response.json()).toMatchObject({
    audits: [{ cell, block: 0, cause: 'drawn', state: 'open', author: 'worker-0', votes: [{ worker: 'worker-0', arbitration: false }] }],
    withdrawals: [],
  })
})
