import { setTimeout as delay } from 'node:timers/promises'
import type { Service } from '../support/service.ts'
import { amount } from './form.ts'
import { fact } from './measurement.ts'
import type { Figure, Measurement } from './measurement.ts'
import { residentMiB } from './memory.ts'
import { Requests } from './requests.ts'

const SECONDS = amount(1800, 180, 15)
const SAMPLE_SECONDS = amount(5, 2, 0.5)
/** What a process may have grown between the second quarter of the soak and the last: a fifth, and what one collection leaves behind. */
const GROWTH = { share: 1.2, MiB: 16 }

/**
 * Sweeps come, are trained and looked at, all the time. A leak grows by every one of them; what grows only until caches and heaps
 * have their size has done so in the first quarter.
 */
export const soak: Measurement = {
  id: 'soak',
  what: `memory over ${SECONDS} s of sweeps that come, are trained and looked at`,
  limitSeconds: SECONDS + 180,
  byName: true,
  run: async (installation) => {
    const { service: api, url } = await installation.api()
    const processes = { api, planner: await installation.planner(), worker: await installation.worker(1) }
    const until = performance.now() + SECONDS * 1000
    const [samples, sweeps] = await Promise.all([sampleMemory(processes, until), useService(url, until)])
    const figures: Figure[] = [fact('sweeps done meanwhile', sweeps, 'sweeps', { above: 0 })]
    for (const [name, sizes] of Object.entries(samples)) {
      const [early, late] = [meanOf(sizes, 0.25, 0.5), meanOf(sizes, 0.75, 1)]
      figures.push(
        fact(`${name}, last quarter`, late, 'MiB', { below: early * GROWTH.share + GROWTH.MiB }),
        fact(`${name}, last quarter over the second`, late / early, 'times', null),
      )
    }
    return figures
  },
}

async function sampleMemory<N extends string>(processes: Readonly<Record<N, Service>>, until: number): Promise<Record<N, number[]>> {
  const names = Object.keys(processes) as N[]
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<N, number[]>
  while (performance.now() < until) {
    for (const name of names) samples[name].push(residentMiB(processes[name]))
    await delay(SAMPLE_SECONDS * 1000)
  }
  return samples
}

function meanOf(values: readonly number[], from: number, to: number): number {
  const part = values.slice(Math.floor(from * values.length), Math.floor(to * values.length))
  return part.reduce((sum, value) => sum + value, 0) / part.length
}

const VIEWS = ['', '/surface', '/surface?format=csv', '/surface?format=svg']

/** Submits a new sweep, looks at it in every way until it is done, and begins again; gives how many were done. */
async function useService(url: string, until: number): Promise<number> {
  const client = new Requests()
  let done = 0
  for (let seed = 0; performance.now() < until; seed += 1) {
    const json = { name: 'soak', grid: { depth: [2, 4, 6], width: [2, 4, 6] }, inits: 300, seed, problem: { points: 32 }, training: { steps: 50 } }
    const { body } = await client.send(`${url}/v1/sweeps`, { method: 'POST', json })
    const { id } = JSON.parse(body) as { id: string }
    let state = ''
    while (state !== 'done' && performance.now() < until) {
      for (const view of VIEWS) {
        const answer = await client.send(`${url}/v1/sweeps/${id}${view}`)
        if (view === '') state = (JSON.parse(answer.body) as { state: string }).state
      }
      await delay(50)
    }
    if (state === 'done') done += 1
  }
  client.close()
  return done
}
