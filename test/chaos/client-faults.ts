import { createCpuEngine } from '@collapsar/engine-cpu'
import { runPlanner } from '@collapsar/planner'
import { createChunkQueue } from '@collapsar/queue'
import { parseSweep } from '@collapsar/sweep'
import { runWorker, trainHere } from '@collapsar/worker'
import { pino } from 'pino'
import { expect } from 'vitest'
import { countingEngine } from '../support/laboratory.ts'
import { createDice } from '../simulation/turns.ts'
import type { Dice } from '../simulation/turns.ts'
import { strength } from './form.ts'
import { openInstallation, until } from './installation.ts'
import type { Servers } from './installation.ts'
import type { Scenario } from './scenario.ts'
import { isDone, ripple } from './waves.ts'

const PARALLEL = 100

/** F8: a client that does not know whether its submission arrived sends it again. */
export const repeatedSubmissions: Scenario = {
  id: 'F8',
  fault: `one Idempotency-Key ${PARALLEL} times in parallel, then with another body; API killed around its commit`,
  promise: `1 sweep, ${PARALLEL} equal answers; 422`,
  limitSeconds: 180,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      let struck = 0
      for (const point of ['createSweep:before-commit', 'createSweep:after-commit']) {
        const { url } = await site.sabotaged('api', { CRASH: point }).event('serving')
        await expect(post(String(url), ripple(struck), `crash-${struck}`), 'no answer').rejects.toThrow('fetch failed')
        struck += 1
      }
      const { url } = await site.start('serve', '--port', '0').event('serving')
      for (let seed = 0; seed < struck; seed += 1) expect((await post(String(url), ripple(seed), `crash-${seed}`)).status).toBe(202)
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => post(String(url), ripple(9), 'once')))
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 'equal answers').toBe(1)
      expect(answers[0]!.status).toBe(202)
      expect((await post(String(url), ripple(10), 'once')).status).toBe(422)
      expect(await site.store.sweeps(1000)).toHaveLength(struck + 1)
      return { struck: PARALLEL + struck + 1, redeliveries: null, duplicates: null, overCalm: null, note: '' }
    } finally {
      await site.close()
    }
  },
}

async function post(url: string, body: unknown, key: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const response = await fetch(`${url}/v1/sweeps`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, text: await response.text() }
}

/** F9: two sweeps ask for the same trials at the same moment. */
export const overlappingSweeps: Scenario = {
  id: 'F9',
  fault: `two overlapping sweeps top up the same cells at once, ${strength(200, 50, 10)} seeds`,
  promise: 'trials trained = union',
  limitSeconds: 400,
  run: async (servers) => {
    const seeds = strength(200, 50, 10)
    const { trained, asked, union } = await trainPairs(servers, seeds)
    expect(union, 'the pairs overlap').toBeLessThan(asked)
    expect(trained).toBe(union)
    return { struck: seeds, redeliveries: null, duplicates: null, overCalm: null, note: `${asked} trials asked for, ${union} trained` }
  },
}

async function trainPairs(servers: Servers, seeds: number): Promise<{ trained: number; asked: number; union: number }> {
  const site = await openInstallation(servers)
  const engine = countingEngine(createCpuEngine({ threads: 2 }))
  const queue = await createChunkQueue({ databaseUrl: site.databaseUrl })
  const deps = { store: site.store, queue, log: pino({ level: 'silent' }) }
  const workers = await Promise.all([0, 1].map((index) => runWorker({ ...deps, training: trainHere(engine) }, { id: `w${index}`, engine: 'cpu', threads: 1 })))
  // Two planners at once, as after a lease that was lost unnoticed: claims alone keep them apart.
  const planners: ReturnType<typeof runPlanner>[] = []
  const wanted = new Map<string, number>()
  let asked = 0
  try {
    for (let seed = 0; seed < seeds; seed += 1) {
      const pair = pairOf(createDice(seed), seed).map((source) => parseSweep(source))
      const created = await Promise.all(pair.map((sweep) => site.store.createSweep(sweep)))
      const ids = created.map(({ sweep }) => sweep.id)
      for (const { cell, inits } of pair.flatMap(({ cells }) => cells)) {
        const trials = Math.ceil(inits / 100) * 100
        asked += trials
        wanted.set(cell, Math.max(wanted.get(cell) ?? 0, trials))
      }
      planners.push(...ids.map((id) => runPlanner(deps, { sweeps: [id], pollSeconds: 0.1, reconcileSeconds: 0.5 })))
      await until(`the pair of seed ${seed} is done`, async () => (await Promise.all(ids.map((id) => isDone(site.store, id)))).every(Boolean))
      await Promise.all(planners.splice(0).map((planner) => planner.stop()))
    }
    expect((await site.store.verify()).mismatches).toEqual([])
    return { trained: engine.trained(), asked, union: [...wanted.values()].reduce((sum, trials) => sum + trials, 0) }
  } finally {
    await Promise.all([...planners, ...workers].map((running) => running.stop()))
    await queue.close()
    await engine.close()
    await site.close()
  }
}

/** Grids that share at least depth 4, with different numbers of trials; narrow networks that never die in so few steps. */
function pairOf(dice: Dice, seed: number): Record<string, unknown>[] {
  return [0, 1].map((index) => ({
    name: `pair ${seed} ${index}`,
    grid: { depth: [[3, 4], [4, 5]][index], width: 3 },
    inits: 100 * (1 + dice.below(6)) + 50,
    seed,
    training: { batch: 4, steps: 20 },
  }))
}

