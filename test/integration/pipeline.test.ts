import { runPlanner } from '@collapsar/planner'
import { createChunkQueue } from '@collapsar/queue'
import { estimate } from '@collapsar/statistics'
import { openStore } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import { createReferenceEngine } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { countingEngine, runInLaboratory, runTogether } from '../support/laboratory.ts'

/** Minibatches and width 4, so that order and streams matter; the readable engine, so that nothing is compiled. */
const sweep = {
  grid: { depth: [3, 4], width: 4 },
  inits: 250,
  precision: 'float64',
  problem: { points: 16 },
  training: { batch: 4, steps: 40 },
}

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('a sweep through planner, queue, worker and store', () => {
  it('is counted once, and a second run trains nothing and gives the same cells byte for byte', async () => {
    const databaseUrl = await server.createDatabase()
    const first = countingEngine(createReferenceEngine())
    const document = await runInLaboratory(sweep, { databaseUrl, engine: first })
    expect(document.cells.map((cell) => [cell.trials, cell.gaps])).toEqual([[250, 0], [250, 0]])
    expect(first.trained()).toBeGreaterThanOrEqual(600)

    const second = countingEngine(createReferenceEngine())
    const again = await runInLaboratory(sweep, { databaseUrl, engine: second })
    expect(second.trained()).toBe(0)
    expect(JSON.stringify(again.cells)).toBe(JSON.stringify(document.cells))
    expect(again.sweep.reused).toBe(500)
  })

  it('trains only the difference when more initializations are asked for', async () => {
    const databaseUrl = await server.createDatabase()
    await runInLaboratory(sweep, { databaseUrl, engine: createReferenceEngine() })
    const engine = countingEngine(createReferenceEngine())
    const larger = await runInLaboratory({ ...sweep, inits: 500 }, { databaseUrl, engine })
    expect(engine.trained()).toBe(400)
    expect(larger.cells.map((cell) => cell.trials)).toEqual([500, 500])
  })

  it('has the same digests whatever the chunks, the workers and their concurrency', async () => {
    const digests = await Promise.all(
      [
        { workers: 1, concurrency: 1, chunkSeconds: 100 },
        { workers: 3, concurrency: 2, chunkSeconds: 1e-6 },
      ].map(async (how) => {
        const databaseUrl = await server.createDatabase()
        const document = await runInLaboratory(sweep, { databaseUrl, engine: createReferenceEngine(), ...how })
        const store = await openStore({ databaseUrl })
        expect((await store.verify()).mismatches).toEqual([])
        await store.close()
        return document.cells.map((cell) => cell.digest)
      }),
    )
    expect(digests[0]).toEqual(digests[1])
    expect(digests[0]!.every((digest) => /^[0-9a-f]{64}$/.test(digest ?? ''))).toBe(true)
  })

  it('loses only the block that cannot be trained, shows the gap, and heals it on request', async () => {
    const databaseUrl = await server.createDatabase()
    const broken = failingOn(createReferenceEngine(), 137)
    const document = await runInLaboratory({ ...sweep, inits: 300 }, { databaseUrl, engine: broken, chunkSeconds: 100 })
    expect(document.cells.map((cell) => [cell.trials, cell.gaps])).toEqual([[200, 100], [200, 100]])
    expect(document.cells[0]!.collapse.high).toBeGreaterThan(100 / 300)

    const store = await openStore({ databaseUrl })
    const gaps = await store.gaps(document.sweep.id)
    expect(gaps.map(({ block, reason }) => [block, reason])).toEqual([[1, 'trial 137 is poison'], [1, 'trial 137 is poison']])
    expect(await store.retryGaps(document.sweep.id)).toBe(2)
    const healed = await runInLaboratory({ ...sweep, inits: 300 }, { databaseUrl, engine: createReferenceEngine() })
    expect(healed.cells.map((cell) => [cell.trials, cell.gaps])).toEqual([[300, 0], [300, 0]])
    const calm = await runInLaboratory({ ...sweep, inits: 300 }, { databaseUrl: await server.createDatabase(), engine: createReferenceEngine() })
    expect(healed.cells.map((cell) => cell.digest)).toEqual(calm.cells.map((cell) => cell.digest))
    await store.close()
  })

  it('gives two overlapping sweeps the union of their trials', async () => {
    const databaseUrl = await server.createDatabase()
    const engine = countingEngine(createReferenceEngine())
    const narrow = { ...sweep, grid: { depth: 3, width: 4 }, inits: 300 }
    const documents = await runTogether([narrow, { ...sweep, inits: 300 }], { databaseUrl, engine, workers: 2 })
    expect(documents[1]!.cells[0]!.digest).toBe(documents[0]!.cells[0]!.digest)
    expect(documents[1]!.cells.map((cell) => cell.trials)).toEqual([300, 300])
    expect(engine.trained()).toBe(600)
  })
})

/** Throws whenever a batch holds the given trial, as a bug of an engine would. */
function failingOn(engine: Engine, trial: number): Engine {
  return {
    ...engine,
    train: (batch, signal, onProgress) =>
      batch.trials.includes(trial)
        ? Promise.reject(new Error(`trial ${trial} is poison`))
        : engine.train(batch, signal, onProgress),
  }
}

it('an unfinished sweep of the same database does not keep another one waiting', async () => {
  const databaseUrl = await server.createDatabase()
  const [store, queue] = [await openStore({ databaseUrl }), await createChunkQueue({ databaseUrl })]
  const { sweep: left } = await store.createSweep(parseSweep({ ...sweep, inits: 5000 }))
  const planner = runPlanner({ store, queue, log: pino({ level: 'silent' }) }, { sweeps: [left.id], chunkSeconds: 1e-6 })
  await expect.poll(async () => (await queue.depth('cpu')).waiting, { timeout: 10_000 }).toBeGreaterThan(2)
  await planner.stop()
  await queue.close()

  const engine = countingEngine(createReferenceEngine())
  await runInLaboratory({ ...sweep, seed: 1 }, { databaseUrl, engine })
  // The worker may take a chunk or two before the planner clears the queue; 50 blocks wait.
  expect(engine.trained()).toBeLessThanOrEqual(800)
  expect(await store.sweep(left.id)).toMatchObject({ state: 'active' })
  await store.close()
})

describe('a sweep that decides levels in rounds', () => {
  const adaptive = {
    grid: { depth: [2, 4, 6], width: [2, 4] },
    until: { decide: [0.1, 0.5], confidence: 0.9, maxInits: 1500 },
    training: { steps: 0 },
    problem: { points: 16 },
  }

  it('asks on only where the interval contains a level, and ends with each cell decided or at its limit', async () => {
    const databaseUrl = await server.createDatabase()
    const { sweep: facts, cells } = await runInLaboratory(adaptive, { databaseUrl, engine: createReferenceEngine() })
    expect(facts.until).toMatchObject({ decide: [0.1, 0.5], confidence: 0.9, maxInits: 1500 })
    expect(facts.until!.rounds).toBeGreaterThan(1)
    // Depth 2 cannot be born dead with inputs of both signs, so its cells need few trials.
    expect(cells[0]!.outcomes.born_dead).toBe(0)
    expect(new Set(cells.map(({ inits }) => inits)).size).toBeGreaterThan(1)
    for (const { inits, trials, collapse } of cells) {
      expect(trials).toBe(inits)
      const { low, high } = estimate(collapse.estimate! * trials, trials, 0, { level: 0.9 })
      expect(inits === 1500 || [0.1, 0.5].every((level) => high < level || level < low)).toBe(true)
    }
  })

  it('comes to the same decisions and bytes whatever exists, and a second run trains nothing', async () => {
    const [fresh, used] = [await server.createDatabase(), await server.createDatabase()]
    const document = await runInLaboratory(adaptive, { databaseUrl: fresh, engine: createReferenceEngine() })
    const { until: _, ...uniform } = { ...adaptive, inits: 700 }
    await runInLaboratory(uniform, { databaseUrl: used, engine: createReferenceEngine() })
    const engine = countingEngine(createReferenceEngine())
    const later = await runInLaboratory(adaptive, { databaseUrl: used, engine, workers: 2 })
    expect(JSON.stringify(later.cells)).toBe(JSON.stringify(document.cells))
    const missing = document.cells.reduce((sum, { inits }) => sum + Math.max(0, Math.ceil(inits / 100) * 100 - 700), 0)
    expect(engine.trained()).toBe(missing)

    const again = countingEngine(createReferenceEngine())
    expect((await runInLaboratory(adaptive, { databaseUrl: fresh, engine: again })).cells).toEqual(document.cells)
    expect(again.trained()).toBe(0)
  })
})
