import { expect } from 'vitest'
import type { Service } from '../support/service.ts'
import { strength } from './form.ts'
import { openInstallation, until } from './installation.ts'
import type { Servers } from './installation.ts'
import { deliveries } from './scenario.ts'
import type { Findings, Scenario } from './scenario.ts'
import { calm, expectGolden, isDone, ripple, submit } from './waves.ts'

/** Where a process is killed by itself: `method:where`, and at which time that it is there. */
interface CrashPoint {
  readonly role: 'worker' | 'planner'
  readonly point: string
  readonly nth: number
}

const AROUND = ['before', 'after'] as const
/** A transaction has two points more: before its COMMIT is sent, and before its answer is used. */
const AROUND_COMMIT = ['before', 'before-commit', 'after-commit', 'after'] as const

const points = (role: CrashPoint['role'], method: string, places: readonly string[], nth = 1): CrashPoint[] =>
  places.map((place) => ({ role, point: `${method}:${place}`, nth }))

/**
 * Before and after every call of store, queue and engine that a worker or a planner makes, and around every commit. A chunk that
 * was handled and not acknowledged is `deliver:after`; the second `deliver:before` comes after the first acknowledgement.
 */
const POINTS: readonly CrashPoint[] = [
  ...points('worker', 'record', AROUND_COMMIT),
  ...points('worker', 'fail', AROUND_COMMIT),
  ...points('worker', 'chunkWork', AROUND),
  ...points('worker', 'train', AROUND),
  ...points('worker', 'deliver', AROUND),
  ...points('worker', 'deliver', ['before'], 2),
  ...points('worker', 'heartbeat', AROUND),
  ...points('planner', 'issue', AROUND_COMMIT),
  ...points('planner', 'enqueue', AROUND),
  ...points('planner', 'nextRound', AROUND_COMMIT),
  ...points('planner', 'finishSweeps', AROUND_COMMIT, 2),
  ...points('planner', 'progress', AROUND),
  ...points('planner', 'unfinished', AROUND),
  ...points('planner', 'activeSweeps', AROUND),
  ...points('planner', 'lead', AROUND),
]

/** In the short form: what leaves most behind, one of each kind. */
const SHORT = ['record:after-commit', 'issue:after']
const CHOSEN = strength(1, 1, 0) === 1 ? POINTS : POINTS.filter(({ point }) => SHORT.includes(point))

/** F7: a process ends at the worst of moments. */
export const crashPoints: Scenario = {
  id: 'F7',
  fault: `crash at each of ${CHOSEN.length} points before and after commits, enqueues and acknowledgements`,
  promise: 'golden',
  limitSeconds: 900,
  run: async (servers) => {
    let sum = { redeliveries: 0, duplicates: 0 }
    for (const [seed, point] of CHOSEN.entries()) {
      const { redeliveries, duplicates } = await crashAt(servers, point, seed)
      sum = { redeliveries: sum.redeliveries + (redeliveries ?? 0), duplicates: sum.duplicates + (duplicates ?? 0) }
    }
    return { struck: CHOSEN.length, ...sum, overCalm: null, note: '' }
  },
}

/** Trains a sweep with a process that crashes at the point, and a sound one that takes its place. */
async function crashAt(servers: Servers, { role, point, nth }: CrashPoint, seed: number): Promise<Pick<Findings, 'redeliveries' | 'duplicates'>> {
  const site = await openInstallation(servers)
  try {
    const source = sourceOf(point, seed)
    const id = await submit(site.store, source)
    const faults = { CRASH: point, CRASH_NTH: String(nth), ...(point.startsWith('fail') && { POISON: '137' }) }
    const broken = site.sabotaged(role, faults)
    const other = role === 'worker' ? site.planner() : site.worker()
    await crashed(broken, point)
    if (role === 'worker') site.worker()
    else site.planner()
    await until(`the sweep is done after a crash at ${point}`, () => isDone(site.store, id))
    await expectGolden(site.store, id, await calm(servers, source))
    expect((await site.store.verify()).mismatches).toEqual([])
    expect(other.child.exitCode).toBeNull()
    return deliveries(site)
  } finally {
    await site.close()
  }
}

/** Rounds follow only where a sweep decides how much it needs. */
function sourceOf(point: string, seed: number): Record<string, unknown> {
  const { inits, ...source } = ripple(seed)
  return point.startsWith('nextRound') ? { ...source, until: { decide: [0.1], maxInits: 400 } } : { ...source, inits }
}

async function crashed(service: Service, point: string): Promise<void> {
  await until(`the crash at ${point}`, () => service.child.signalCode !== null || service.child.exitCode !== null)
  expect(service.child.signalCode, `${point} was reached`).toBe('SIGKILL')
  await until('its last words', () => service.log.some(({ msg }) => msg === 'crash point reached'))
}

/** Names of the points, for whoever counts them. */
export const CRASH_POINTS: readonly string[] = POINTS.map(({ role, point, nth }) => `${role} ${point} ${nth}`)
