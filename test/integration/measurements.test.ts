import { cpuEngineStatus, createCpuEngine } from '@collapsar/engine-cpu'
import { openStore } from '@collapsar/store'
import { createReferenceEngine, MEASUREMENT_NAMES, measurementSets, trialBatch } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { parseSweep } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { countingEngine, runInLaboratory, runTogether } from '../support/laboratory.ts'
import { startService } from '../support/service.ts'

/** Minibatches and width 4, so that order and streams matter; depth 6, so that many are born dead. */
const sweep = {
  grid: { depth: [3, 6], width: 4 },
  inits: 250,
  precision: 'float64',
  problem: { points: 16 },
  training: { batch: 4, steps: 12 },
}
const { cells } = parseSweep(sweep)
/** Every set that says something of these cells. */
const measure = MEASUREMENT_NAMES.filter((name) => cells.every(({ spec }) => measurementSets[name].applies(spec) === true))
const measuring = { ...sweep, measure }

/** How often a whole training or the beginning of one is made of each trial. */
const trainings = 1 + new Set(measure.flatMap((name) => measurementSets[name].observes(cells[0]!.spec)).filter((step) => step < sweep.training.steps)).size

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const digestsOf = async (databaseUrl: string) =>
  (await runSql<{ row: string }>(
    databaseUrl,
    `SELECT concat_ws(' ', cells.id, made.set, made.version, made.index, encode(made.digest, 'hex')) AS row
     FROM measurements made JOIN cells ON cells.key = made.cell ORDER BY 1`,
  )).map(({ row }) => row)

async function expectSound(databaseUrl: string): Promise<void> {
  const store = await openStore({ databaseUrl })
  expect((await store.verify()).mismatches).toEqual([])
  await store.close()
}

describe('a sweep that measures, through planner, queue, worker and store', () => {
  it('reuses what was measured, and trains again what was not, to the same cells', async () => {
    const databaseUrl = await server.createDatabase()
    const plain = await runInLaboratory(sweep, { databaseUrl, engine: createReferenceEngine() })
    const added = countingEngine(createReferenceEngine())
    const document = await runInLaboratory(measuring, { databaseUrl, engine: added })
    expect(JSON.stringify(document.cells)).toBe(JSON.stringify(plain.cells))
    expect(document.sweep.reused).toBe(0)
    expect(added.trained()).toBeGreaterThanOrEqual(600 * trainings)
    expect(await digestsOf(databaseUrl)).toHaveLength(6 * measure.length)

    const again = countingEngine(createReferenceEngine())
    expect((await runInLaboratory(measuring, { databaseUrl, engine: again })).sweep.reused).toBe(500)
    await runInLaboratory(sweep, { databaseUrl, engine: again })
    expect(again.trained()).toBe(0)
    await expectSound(databaseUrl)
  })

  it('reads the numbers of exactly its trials, as one training of each gives them', async () => {
    const databaseUrl = await server.createDatabase()
    const engine = createReferenceEngine()
    await runInLaboratory(measuring, { databaseUrl, engine })
    const store = await openStore({ databaseUrl })
    for (const { cell, spec } of cells) {
      const { trials, values } = (await store.measurements(cell, 'facts', 230))!
      const direct = await engine.train(trialBatch(spec, [...Array(230).keys()]), new AbortController().signal)
      expect([...trials]).toEqual([...Array(230).keys()])
      expect(values.slice(0, 4)).toEqual([direct.deadPoints, direct.endStep, Float32Array.from(direct.outputMin), Float32Array.from(direct.outputMax)])
    }
    await store.close()
  })

  it('has the same digests whatever the chunks, the workers and their concurrency', async () => {
    const digests = await Promise.all(
      [
        { workers: 1, concurrency: 1, chunkSeconds: 100 },
        { workers: 3, concurrency: 2, chunkSeconds: 1e-6 },
      ].map(async (how) => {
        const databaseUrl = await server.createDatabase()
        await runInLaboratory(measuring, { databaseUrl, engine: createReferenceEngine(), ...how })
        await expectSound(databaseUrl)
        return digestsOf(databaseUrl)
      }),
    )
    expect(digests[0]).toHaveLength(6 * measure.length)
    expect(digests[1]).toEqual(digests[0])
  })

  it('has the same digests on every instruction set of this machine', async () => {
    const status = cpuEngineStatus()
    const sets = status.available ? status.instructionSets : []
    expect(sets).toContain('scalar')
    const digests = await Promise.all(
      sets.map(async (instructionSet) => {
        const databaseUrl = await server.createDatabase()
        const engine = createCpuEngine({ threads: 1, instructionSet })
        await runInLaboratory({ ...measuring, precision: 'float32' }, { databaseUrl, engine })
        await engine.close()
        return digestsOf(databaseUrl)
      }),
    )
    expect(new Set(digests.map((rows) => rows.join('\n'))).size).toBe(1)
    expect(digests[0]).toHaveLength(6 * measure.length)
  })

  it('beside one that does not, over the same cells at once, trains each block at most twice', async () => {
    const databaseUrl = await server.createDatabase()
    const engine = countingEngine(createReferenceEngine())
    const [plain, measured] = await runTogether([sweep, measuring], { databaseUrl, engine, workers: 2, concurrency: 2 })
    expect(JSON.stringify(measured!.cells)).toBe(JSON.stringify(plain!.cells))
    expect(engine.trained()).toBeLessThanOrEqual(600 * (1 + trainings))
    expect(await digestsOf(databaseUrl)).toHaveLength(6 * measure.length)
    await expectSound(databaseUrl)
  })

  it('loses only the block that cannot be trained', async () => {
    const databaseUrl = await server.createDatabase()
    const document = await runInLaboratory(measuring, { databaseUrl, engine: failingOn(createReferenceEngine(), 137), chunkSeconds: 100 })
    expect(document.cells.map((cell) => [cell.trials, cell.gaps])).toEqual([[150, 100], [150, 100]])
    const store = await openStore({ databaseUrl })
    const { trials } = (await store.measurements(cells[0]!.cell, 'facts', 250))!
    expect([...trials]).toEqual([...Array(250).keys()].filter((trial) => trial < 100 || trial >= 200))
    await store.close()
    await expectSound(databaseUrl)
  })

  it('is damaged where a block is not what it was: nothing is measured of it', async () => {
    const databaseUrl = await server.createDatabase()
    const one = { ...measuring, grid: { depth: 3, width: 4 }, inits: 100 }
    await runInLaboratory({ ...one, measure: [] }, { databaseUrl, engine: createReferenceEngine() })
    await runSql(databaseUrl, 'UPDATE blocks SET digest = set_byte(digest, 0, get_byte(digest, 0) # 1)')
    const document = await runInLaboratory(one, { databaseUrl, engine: createReferenceEngine() })
    const store = await openStore({ databaseUrl })
    const gaps = await store.gaps(document.sweep.id)
    expect(gaps.map(({ reason }) => reason)).toEqual(
      measure.toSorted().map((name) => expect.stringMatching(`^${name}: Block 0 of cell .* was trained twice with different results`)),
    )
    expect((await store.verify()).mismatches).not.toEqual([])
    await store.close()
  })
})

/** Throws whenever a batch holds the given trial, as a bug of an engine would. */
function failingOn(engine: Engine, trial: number): Engine {
  return {
    ...engine,
    train: (batch, signal, onProgress) =>
      batch.trials.includes(trial) ? Promise.reject(new Error(`trial ${trial} is poison`)) : engine.train(batch, signal, onProgress),
  }
}

describe('processes of their own', () => {
  it('survive SIGKILL of a worker in the middle of a block, with the same measurements', async () => {
    /** A block takes some tenths of a second, so that there is time to strike. */
    const long = { ...measuring, grid: { depth: 4, width: 4 }, inits: 600, precision: 'float32', problem: {}, training: { batch: 32, steps: 4000 } }
    const calmUrl = await server.createDatabase()
    const engine = createCpuEngine({ threads: 2 })
    await runInLaboratory(long, { databaseUrl: calmUrl, engine })
    await engine.close()

    const databaseUrl = await server.createDatabase()
    const environment = { DATABASE_URL: databaseUrl }
    const store = await openStore({ databaseUrl })
    const { sweep: record } = await store.createSweep(parseSweep(long))
    const services = [startService(['planner', '--chunk-seconds', '1', '--reconcile-seconds', '1'], environment)]
    try {
      const victim = startService(['worker', '--threads', '1', '--lock', '2'], environment)
      services.push(victim)
      await victim.event('chunk recorded')
      await expect.poll(() => startedOf(victim) > recordedOf(victim), { timeout: 30_000, interval: 5 }).toBe(true)
      await victim.end('SIGKILL')
      services.push(startService(['worker', '--threads', '2', '--lock', '2'], environment))
      await expect.poll(async () => (await store.sweep(record.id))?.state, { timeout: 120_000, interval: 100 }).toBe('done')
    } finally {
      await Promise.all(services.map((service) => service.end()))
      await store.close()
    }
    expect(await digestsOf(databaseUrl)).toEqual(await digestsOf(calmUrl))
    await expectSound(databaseUrl)
  }, 180_000)
})

type Service = ReturnType<typeof startService>
const startedOf = ({ log }: Service) => log.filter(({ msg }) => msg === 'chunk started').length
const recordedOf = ({ log }: Service) => log.filter(({ msg }) => msg === 'chunk recorded').length
