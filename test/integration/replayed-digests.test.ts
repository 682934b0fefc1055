import { createCpuEngine } from '@collapsar/engine-cpu'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import type { GridCell } from '@collapsar/sweep'
import { trialBatch, trialRecord } from '@collapsar/trial'
import type { Engine, TrialRecord } from '@collapsar/trial'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDice } from '../simulation/turns.ts'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { runInLaboratory } from '../support/laboratory.ts'

const REPLAYS = 1000
const INITS = 1000

/** Minibatches and full batches, narrow and wider than a vector register, one and two inputs. */
const SWEEPS = [
  { grid: { depth: [3, 6], width: [2, 5] }, inits: INITS, training: { batch: 16, steps: 200 } },
  { grid: { depth: 4, width: 9 }, inits: INITS, problem: { points: 64 }, training: { steps: 100 } },
  { grid: { depth: 4, width: 4 }, inits: INITS, problem: { target: 'abs-2d', points: 64 }, training: { batch: 8, steps: 100, optimizer: { kind: 'sgd', learningRate: 0.01 } } },
]
const CELLS = SWEEPS.flatMap((source) => parseSweep(source).cells)

let server: TestServer
let databaseUrl: string
beforeAll(async () => {
  server = await startTestServer()
  databaseUrl = await server.createDatabase()
  const engine = createCpuEngine({ threads: 2 })
  for (const source of SWEEPS) await runInLaboratory(source, { databaseUrl, engine, workers: 2, chunkSeconds: 0.05 })
  await engine.close()
})
afterAll(() => server?.close())

it(`gives ${REPLAYS} random trials again, bit for bit: alone or among strangers, in any order, after a restart`, async () => {
  const store = await openStore({ databaseUrl })
  const engine = createCpuEngine({ threads: 1 })
  const dice = createDice(1)
  try {
    let replayed = 0
    const alive = new Set<string>()
    while (replayed < REPLAYS) {
      const cell = dice.pick(CELLS)
      // Up to twenty trials of anywhere in the cell, each once, in no order.
      const trials = [...new Set(Array.from({ length: 1 + dice.below(20) }, () => dice.below(INITS)))]
      const again = await replay(engine, cell, trials)
      expect(again).toEqual(await recorded(store, cell, trials))
      for (const [index, { outcome, checksum }] of again.entries()) if (outcome !== 'born_dead') alive.add(`${cell.cell} ${trials[index]} ${checksum}`)
      replayed += trials.length
    }
    expect(alive.size, 'most networks were trained to the end').toBeGreaterThan(REPLAYS / 3)
  } finally {
    await engine.close()
    await store.close()
  }
})

async function replay(engine: Engine, { spec }: GridCell, trials: readonly number[]): Promise<TrialRecord[]> {
  const batch = trialBatch(spec, trials)
  const trained = await engine.train(batch, new AbortController().signal)
  return trials.map((_, index) => trialRecord(batch, trained, spec.problem.domain, index))
}

async function recorded(store: Store, { cell }: GridCell, trials: readonly number[]): Promise<(TrialRecord | undefined)[]> {
  return Promise.all(trials.map(async (trial) => (await store.trial(cell, trial))?.record))
}
