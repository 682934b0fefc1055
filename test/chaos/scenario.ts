import type { Installation, Servers } from './installation.ts'
import { until } from './installation.ts'
import { calm, expectGolden, isDone, submit, wave } from './waves.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'

/** A row of the table: what was done and what it cost. Figures that a fault does not have are null. */
export interface Findings {
  /** How often the fault struck. */
  readonly struck: number
  /** Deliveries of a chunk beyond its first. */
  readonly redeliveries: number | null
  /** Blocks that were handed in again and changed nothing. */
  readonly duplicates: number | null
  /** Wall time over that of the same sweeps in calm. */
  readonly overCalm: number | null
  /** Further figures, in words. */
  readonly note: string
}

export interface Scenario {
  /** As in F1. */
  readonly id: string
  readonly fault: string
  readonly promise: string
  /** Longest that the full form may take, in seconds. */
  readonly limitSeconds: number
  /** Rejects when the promise is broken. */
  run(servers: Servers): Promise<Findings>
}

export interface Attack {
  readonly strikes: number
  /** Called when a chunk is in a worker's hands and another one waits. */
  strike(number: number): Promise<void>
  /** Pause after each, in milliseconds. */
  readonly restMs: number
}

const WAVE_LIMIT_MS = 180_000

/** Keeps an installation busy with one wave after another until it was struck often enough, and holds it to the golden rule. */
export async function underFire(site: Installation, attack: Attack): Promise<Findings> {
  const started = performance.now()
  const ids: string[] = []
  let current = ''
  for (let number = 0; number < attack.strikes; ) {
    if (current === '' || (await isDone(site.store, current).catch(() => false))) {
      current = await patiently(() => submit(site.store, wave(ids.length)))
      ids.push(current)
    }
    await until(`wave ${ids.length - 1} is busy or done`, async () => (await site.busy()) || isDone(site.store, current), WAVE_LIMIT_MS)
    if (!(await site.busy())) continue
    await attack.strike(number)
    number += 1
    await delay(attack.restMs)
  }
  await until(`wave ${ids.length - 1} is done`, () => isDone(site.store, current), WAVE_LIMIT_MS)
  const seconds = (performance.now() - started) / 1000
  return { ...(await judge(site, ids)), struck: attack.strikes, overCalm: seconds / (await calmSeconds(site.servers, ids.length)) }
}

/** One of the things that befall a server, as often as it is to happen. */
export interface ServerFault {
  readonly name: string
  readonly times: number
  strike(site: Installation): Promise<void>
}

/** Strikes with each fault in its turn, the next one when work has gone on; it has to within `limitSeconds`. */
export async function underFaults(site: Installation, faults: readonly ServerFault[], limitSeconds: number): Promise<Findings> {
  const strikes = faults.flatMap((fault) => Array.from({ length: fault.times }, () => fault))
  let slowest = 0
  const findings = await underFire(site, {
    strikes: strikes.length,
    restMs: 100,
    strike: async (number) => {
      await strikes[number]!.strike(site)
      slowest = Math.max(slowest, await resumption(site, limitSeconds))
    },
  })
  const counts = faults.filter(({ times }) => times > 0).map(({ name, times }) => `${times} ${name}`)
  return { ...findings, note: `${counts.join(', ')}; went on within ${slowest.toFixed(1)} s` }
}

async function calmSeconds(servers: Servers, waves: number): Promise<number> {
  let sum = 0
  for (let seed = 0; seed < waves; seed += 1) sum += (await calm(servers, wave(seed))).seconds
  return sum
}

async function judge(site: Installation, ids: readonly string[]): Promise<Findings> {
  for (const [seed, id] of ids.entries()) await expectGolden(site.store, id, await calm(site.servers, wave(seed)))
  expect((await site.store.verify()).mismatches).toEqual([])
  return { struck: 0, ...deliveries(site), overCalm: null, note: '' }
}

/** What the processes said of their deliveries. */
export function deliveries(site: Installation): Pick<Findings, 'redeliveries' | 'duplicates'> {
  const started = site.logged('chunk started').map((line) => line['chunk'])
  const recorded = site.logged('chunk recorded').map((line) => Number(line['duplicate']))
  return { redeliveries: started.length - new Set(started).size, duplicates: recorded.reduce((sum, count) => sum + count, 0) }
}

/** An act of ours that a struck server refuses at first. */
async function patiently<T>(act: () => Promise<T>, attempts = 100): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act()
    } catch (error) {
      if (attempt === attempts) throw error
      await delay(200)
    }
  }
}

/** Seconds until some worker records a chunk again. */
export async function resumption(site: Installation, limitSeconds: number): Promise<number> {
  const before = site.logged('chunk recorded').length
  const started = performance.now()
  // A sweep that has ended leaves nothing to record: it was not held up.
  const resumed = async () => site.logged('chunk recorded').length > before || (await site.store.activeSweeps()).length === 0
  await until('work goes on', resumed, limitSeconds * 1000)
  return (performance.now() - started) / 1000
}

/** Seeded choice of one of a list, for faults that strike at random. */
export function chooser(seed: number): <T>(list: readonly T[]) => T {
  let state = seed
  return (list) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const chosen = list[Math.floor((state / 2 ** 32) * list.length)]
    if (chosen === undefined) throw new RangeError('nothing to choose from')
    return chosen
  }
}
