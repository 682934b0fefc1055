import { execFileSync } from 'node:child_process'
import { hostname } from 'node:os'
import { createChunkQueue } from '@collapsar/queue'
import type { ChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { cellId } from '@collapsar/sweep'
import type { Chunk } from '@collapsar/sweep'
import { createReferenceEngine } from '@collapsar/trial'
import type { Engine, TrialSpec } from '@collapsar/trial'
import { openEngine, runWorker, startTrainingProcess, trainHere } from '@collapsar/worker'
import type { Worker } from '@collapsar/worker'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { trialSpec } from '../support/blocks.ts'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { countingEngine, runInLaboratory, runTogether } from '../support/laboratory.ts'
import { startService } from '../support/service.ts'
import type { LogLine } from '../support/service.ts'

const CRASHING = new URL('../support/crashing-training.mjs', import.meta.url)

let server: TestServer
let url: string
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  url = await server.createDatabase()
})

it('loses only the block that crashes the engine: the worker lives, and every other block is that of a calm run', async () => {
  const small = { problem: { points: 16 }, training: { batch: 4, steps: 40 } }
  const [poisoned, other] = [{ ...small, grid: { depth: 3, width: 4 }, inits: 200 }, { ...small, grid: { depth: 4, width: 4 }, inits: 100 }]
  const engine = await openEngine({ engine: 'cpu', threads: 1 })
  const deaths: number[] = []
  const training = await startTrainingProcess({ engine: 'cpu', threads: 1, program: CRASHING, onDeath: (_, chunks) => deaths.push(chunks) })
  const options = { databaseUrl: url, engine, concurrency: 2, chunkSeconds: 100 }
  const documents = await runTogether([poisoned, other], { ...options, training })
  expect(documents.map(({ cells }) => [cells[0]!.trials, cells[0]!.gaps])).toEqual([[100, 100], [100, 0]])
  // Three attempts of the two blocks together or of each, and three of the one block.
  expect(deaths.length).toBeGreaterThanOrEqual(3)

  const store = await openStore({ databaseUrl: url })
  const { id } = documents[0]!.sweep
  expect((await store.gaps(id)).map(({ block, reason }) => [block, reason])).toEqual([[1, 'the training process ended by SIGSEGV']])
  await store.retryGaps(id)
  const healed = await runInLaboratory(poisoned, options)
  const calm = await runTogether([poisoned, other], { ...options, databaseUrl: await server.createDatabase() })
  expect([healed, documents[1]!].map(({ cells }) => cells[0]!.digest)).toEqual(calm.map(({ cells }) => cells[0]!.digest))
  await store.close()
  await engine.close()
})

/** The second version of an engine, with the bits of the first or others. */
function nextVersion(engine: Engine, flip: boolean): Engine {
  return {
    ...engine,
    version: `${engine.version}-next`,
    train: async (batch, signal) => {
      const trained = await engine.train(batch, signal)
      const bits = new Uint32Array(trained.parameters.buffer)
      if (flip) bits[0] = bits[0]! ^ 1
      return trained
    },
  }
}

describe('a worker by itself', () => {
  let store: Store
  let queue: ChunkQueue
  let lines: LogLine[]
  const running: Worker[] = []
  beforeEach(async () => {
    store = await openStore({ databaseUrl: url })
    queue = await createChunkQueue({ databaseUrl: url })
    lines = []
  })
  afterEach(async () => {
    for (const worker of running.splice(0)) await worker.stop()
    await queue.close()
    await store.close()
  })

  async function start(engine: Engine, id: string, host = hostname()): Promise<Worker> {
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) })
    const worker = await runWorker({ store, queue, training: trainHere(engine), log }, { id, host, engine: 'cpu', threads: 1, lockSeconds: 600, concurrency: 2 })
    running.push(worker)
    return worker
  }

  /** Chunks of one block of cells that differ by their seed, issued and in the queue. */
  async function enqueue(steps: readonly number[], firstBlock = 0): Promise<readonly Chunk[]> {
    const cells = steps.map((count, seed) => cellOf(seed, count))
    await store.createSweep({ name: 'cells', source: {}, cells: cells.map((cell) => ({ ...cell, inits: (firstBlock + 1) * 100 })) })
    const chunks = cells.map(({ cell }, index) => ({ id: `c-${firstBlock}-${index}`, cell, engine: 'cpu' as const, firstBlock, blocks: 1 }))
    const issued = await store.issue(chunks)
    await queue.enqueue(issued)
    return issued
  }

  const logged = (message: string) => lines.filter(({ msg }) => msg === message)
  const eventually = <T>(get: () => T | Promise<T>, wanted: T, timeout = 30_000) => expect.poll(get, { timeout, interval: 10 }).toEqual(wanted)

  it('reports its machine and what it has in hand, and says goodbye', async () => {
    const chunks = await enqueue([32, 32])
    const stuck = stuckEngine()
    const worker = await start(stuck.engine, 'w')
    await eventually(() => logged('chunk started').length, 2)
    void worker.leave(600)
    await eventually(async () => (await store.workers(1)).map(({ state }) => state), ['draining'])
    const [listed] = await store.workers(1)
    expect(listed).toMatchObject({ id: 'w', engine: 'cpu', version: stuck.engine.version, threads: 1, host: hostname(), pid: process.pid })
    expect(listed!.chunks.toSorted()).toEqual(chunks.map(({ id }) => id))
    await worker.stop()
    expect(await store.workers(1)).toMatchObject([{ state: 'gone', chunks: [] }])
  })

  it('finishes what fits into its grace period, and what does not is with another worker at once', async () => {
    const [short, long] = await enqueue([32, 1e9])
    const stuck = stuckEngine()
    const worker = await start(stuck.engine, 'leaving')
    await eventually(() => logged('chunk started').length, 2)
    const other = await start(stuckEngine().engine, 'other')
    const left = worker.leave(600)
    // The lock is of ten minutes.
    await eventually(() => logged('chunk started').filter((line) => line['worker'] === 'other').map(({ chunk }) => chunk), [long!.id], 5000)
    stuck.release()
    await left
    expect(logged('chunk recorded').map(({ worker: name, chunk }) => [name, chunk])).toEqual([['leaving', short!.id]])
    await other.stop()
    expect(await queue.depth('cpu')).toEqual({ waiting: 1, active: 0 })
  })

  it('hands back at the end of its grace period what takes longer than was estimated', async () => {
    await enqueue([32, 32])
    const worker = await start(stuckEngine().engine, 'leaving')
    await eventually(() => logged('chunk started').length, 2)
    await worker.leave(0.2)
    expect(await queue.depth('cpu')).toEqual({ waiting: 2, active: 0 })
    expect(logged('chunk failed')).toEqual([])
  })

  it('shows a new version of its engine on a recorded block before it adds to a cell, once', async () => {
    await enqueue([32])
    const old = createReferenceEngine()
    const first = await start(old, 'first')
    await eventually(() => logged('chunk recorded').length, 1)
    await first.stop()
    const fresh = countingEngine(nextVersion(createReferenceEngine(), false))
    await enqueue([32], 1)
    await start(fresh, 'second')
    await eventually(() => logged('chunk recorded').length, 2)
    await enqueue([32], 2)
    await eventually(() => logged('chunk recorded').length, 3)
    expect(logged('engines mix in one cell')).toMatchObject([
      { engine: `${old.id} ${fresh.version}`, other: `${old.id} ${old.version}`, compared: true },
    ])
    expect(fresh.trained()).toBe(300)
    const engines = await runSql<{ version: string }>(url, 'SELECT engines.version FROM cells JOIN engines ON engines.key = ANY (cells.engines) ORDER BY 1')
    expect(engines.map(({ version }) => version)).toEqual([old.version, fresh.version])
  })

  it('records nothing with a new version of other bits: it cannot go on, and no chunk is to blame', async () => {
    await enqueue([32])
    const first = await start(createReferenceEngine(), 'first')
    await eventually(() => logged('chunk recorded').length, 1)
    await first.stop()
    const fresh = nextVersion(createReferenceEngine(), true)
    await enqueue([32], 1)
    const second = await start(fresh, 'second')
    const { id, version } = createReferenceEngine()
    expect((await second.unable).message).toContain(`The engine ${id} ${fresh.version} gives other bits than ${id} ${version}`)
    expect(await runSql(url, 'SELECT (SELECT count(*)::int FROM blocks) AS blocks, attempts FROM chunks')).toEqual([{ blocks: 1, attempts: 0 }])
  })

  it('takes no more chunks once it is quarantined, and stays', async () => {
    const worker = await start(createReferenceEngine(), 'w')
    await runSql(url, `UPDATE workers SET state = 'quarantined'`)
    await eventually(() => logged('worker is quarantined: what was recorded here was wrong, it takes no more chunks').length, 1)
    await enqueue([32, 32])
    await start(createReferenceEngine(), 'again')
    await eventually(() => logged('worker is quarantined: what was recorded here was wrong, it takes no more chunks').length, 2)
    await start(createReferenceEngine(), 'honest', 'elsewhere')
    await eventually(() => logged('chunk recorded').map((line) => line['worker']), ['honest', 'honest'])
    await worker.stop()
    expect((await store.workers(9)).find(({ id }) => id === 'w')).toMatchObject({ state: 'quarantined' })
  })
})

/** The readable engine, which waits in `train` until it is released. */
function stuckEngine(): { readonly engine: Engine; release(): void } {
  const engine = createReferenceEngine()
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const train: Engine['train'] = async (batch, signal) => {
    const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    await Promise.race([released, aborted])
    return engine.train(batch, signal)
  }
  return { engine: { ...engine, train }, release }
}

function cellOf(seed: number, steps: number): { cell: string; spec: TrialSpec } {
  const spec = trialSpec(seed)
  const small = { ...spec, problem: { ...spec.problem, points: 16 }, training: { ...spec.training, batch: 4, steps } }
  return { cell: cellId(small), spec: small }
}

describe('a worker process', () => {
  const trainingOf = (pid: number) =>
    Number.parseInt(execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).trim(), 10)
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it('leaves no training process behind, told to end or killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const service = startService(['worker', '--threads', '1'], { DATABASE_URL: url })
      await service.event('worker started')
      const training = trainingOf(service.child.pid!)
      expect(isAlive(training)).toBe(true)
      await service.end(signal)
      await expect.poll(() => isAlive(training), { timeout: 10_000 }).toBe(false)
      expect([service.child.exitCode, service.child.signalCode]).toEqual(signal === 'SIGTERM' ? [0, null] : [null, 'SIGKILL'])
    }
  })
})
