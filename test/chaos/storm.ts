import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { documentOf } from '../support/laboratory.ts'
import { createDice } from '../simulation/turns.ts'
import type { Dice } from '../simulation/turns.ts'
import { strength } from './form.ts'
import { openInstallation, until } from './installation.ts'
import type { Installation, Servers } from './installation.ts'
import { deliveries } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { bitsOf, calm, isDone, ripple, submit, wave } from './waves.ts'

const ACTIONS = strength(1000, 200, 40)
const CANCELS = strength(40, 8, 2)
const CANCEL_LIMIT_SECONDS = 5
/** Sweeps that are acted on at the same time. */
const SWEEPS = 6
const INITS = [600, 900] as const

type State = 'active' | 'paused' | 'done' | 'cancelled'
type Action = 'cancel' | 'pause' | 'resume' | 'extend' | 'retry'

/**
 * The states in which an action may leave a sweep that was in this one; none where it is refused (409). Between two looks an active sweep may
 * have come to its end: what holds of `done` may then be the answer.
 */
const AFTER: Readonly<Record<State, Readonly<Record<Action, readonly State[]>>>> = {
  active: { cancel: ['cancelled'], pause: ['paused'], resume: ['active', 'done'], extend: ['active', 'done'], retry: ['active', 'done'] },
  paused: { cancel: ['cancelled'], pause: ['paused'], resume: ['active', 'done'], extend: ['paused'], retry: ['paused'] },
  done: { cancel: [], pause: [], resume: ['done'], extend: ['active', 'done'], retry: ['done', 'active'] },
  cancelled: { cancel: ['cancelled'], pause: [], resume: [], extend: [], retry: [] },
}

interface Sweep {
  readonly id: string
  readonly seed: number
  inits: number
  state: State
}

/** F14: users who change their minds, all at once. */
export const storm: Scenario = {
  id: 'F14',
  fault: `${ACTIONS} random actions on ${SWEEPS} sweeps at a time`,
  promise: 'every answer fits the state; golden; cancel < 5 s (p95)',
  limitSeconds: 600,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      const { url } = await site.start('serve', '--port', '0').event('serving')
      site.planner()
      await Promise.all([site.worker(), site.worker()].map((worker) => worker.event('worker started')))
      const sweeps = await act(site, String(url))
      await settle(site, String(url), sweeps)
      await expectGoldenStorm(servers, site, sweeps)
      const seconds = await cancelTimes(site, String(url))
      const p95 = seconds.toSorted((a, b) => a - b)[Math.ceil(0.95 * seconds.length) - 1] ?? 0
      expect(p95).toBeLessThan(CANCEL_LIMIT_SECONDS)
      return { struck: ACTIONS + CANCELS, ...deliveries(site), overCalm: null, note: `${sweeps.length} sweeps; cancelled within ${p95.toFixed(1)} s (p95 of ${CANCELS})` }
    } finally {
      await site.close()
    }
  },
}

/** Acts on some sweeps side by side, on each one action after another; one that is cancelled or done makes room for a new one. */
async function act(site: Installation, url: string): Promise<Sweep[]> {
  const all: Sweep[] = []
  const seat = async (number: number): Promise<void> => {
    const dice = createDice(number)
    let sweep: Sweep | null = null
    // Shares that differ by one at most, and add up.
    const share = Math.floor((ACTIONS + number) / SWEEPS)
    for (let action = 0; action < share; action += 1) {
      if (sweep === null || sweep.state === 'cancelled' || (sweep.state === 'done' && dice.chance(0.5))) {
        sweep = await begin(url, dice)
        all.push(sweep)
      } else await actOn(url, sweep, dice)
      await delay(dice.below(20))
    }
  }
  await Promise.all(Array.from({ length: SWEEPS }, (_, number) => seat(number)))
  expect(await site.store.sweeps(10_000)).toHaveLength(all.length)
  return all
}

async function begin(url: string, dice: Dice): Promise<Sweep> {
  const seed = dice.below(SWEEPS)
  const { status, body } = await post(`${url}/v1/sweeps`, ripple(seed))
  expect(status).toBe(202)
  return { id: String(body['id']), seed, inits: INITS[0], state: 'active' }
}

async function actOn(url: string, sweep: Sweep, dice: Dice): Promise<void> {
  const action = dice.pick<Action>(['cancel', 'pause', 'pause', 'resume', 'resume', 'resume', 'extend', 'retry'])
  const { status, body } = await post(`${url}/v1/sweeps/${sweep.id}/${action}`, action === 'extend' ? { inits: INITS[1] } : undefined)
  const before = sweep.state
  const may = before === 'active' ? [AFTER.active[action], AFTER.done[action]] : [AFTER[before][action]]
  const answer = (await (await fetch(`${url}/v1/sweeps/${sweep.id}`)).json()) as { state: State }
  sweep.state = answer.state
  if (status === 409) expect(may.some((states) => states.length === 0), `${action} of an ${before} sweep was refused`).toBe(true)
  else {
    expect(status, `${action} of ${before}: ${JSON.stringify(body)}`).toBe(200)
    expect(may.flat(), `${action} of ${before}`).toContain(stateIn(body))
    if (action === 'extend') sweep.inits = INITS[1]
  }
}

function stateIn(body: Record<string, unknown>): unknown {
  return 'state' in body ? body['state'] : (body['sweep'] as { state: unknown }).state
}

async function post(url: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const content = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(url, { method: 'POST', ...content })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** Whatever is paused goes on, and all that is not cancelled comes to its end. */
async function settle({ store }: Installation, url: string, sweeps: readonly Sweep[]): Promise<void> {
  for (const { id } of sweeps) if ((await store.sweep(id))?.state === 'paused') await post(`${url}/v1/sweeps/${id}/resume`, undefined)
  await until('all sweeps have ended', async () => (await store.activeSweeps()).length === 0, 120_000)
}

async function expectGoldenStorm(servers: Servers, { store }: Installation, sweeps: readonly Sweep[]): Promise<void> {
  const ended = sweeps.filter(({ state }) => state !== 'cancelled')
  expect(ended.length, 'some were not cancelled').toBeGreaterThan(0)
  for (const { id, seed, inits } of ended) {
    expect((await store.sweep(id))?.state).toBe('done')
    expect(bitsOf(await documentOf(store, id))).toEqual((await calm(servers, { ...ripple(seed), inits })).digests)
  }
  expect((await store.verify()).mismatches).toEqual([])
}

/** Seconds from a cancellation until no worker works for the sweep any more. */
async function cancelTimes(site: Installation, url: string): Promise<number[]> {
  const times: number[] = []
  for (let number = 0; number < CANCELS; number += 1) {
    const id = await submit(site.store, wave(100 + number))
    const cells = (await site.store.sweepCells(id)).map(({ cell }) => cell)
    const begun = () => site.logged('chunk started').filter(({ cell }) => cells.includes(String(cell)))
    await until('a worker has begun', async () => begun().length > 0 || isDone(site.store, id))
    const started = performance.now()
    const { status } = await post(`${url}/v1/sweeps/${id}/cancel`, undefined)
    expect([200, 409]).toContain(status)
    const ended = () => new Set(['chunk recorded', 'chunk was given up, it is no longer wanted', 'chunk failed'].flatMap((message) => site.logged(message).map(({ chunk }) => chunk)))
    await until('the workers are free', () => begun().every(({ chunk }) => ended().has(chunk)))
    times.push((performance.now() - started) / 1000)
  }
  return times
}
