import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { collapsar } from '../support/collapsar.ts'
import type { Service } from '../support/service.ts'
import { strength } from './form.ts'
import { LOCK_SECONDS, openInstallation, until } from './installation.ts'
import { chooser, underFire } from './scenario.ts'
import type { Scenario } from './scenario.ts'

/** F1: whoever holds a chunk may vanish. */
export const killedWorkers: Scenario = {
  id: 'F1',
  fault: 'SIGKILL of a random worker',
  promise: 'golden',
  limitSeconds: 600,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      const choose = chooser(1)
      let workers = [site.worker(), site.worker(), site.worker()]
      site.planner()
      await Promise.all(workers.map((worker) => worker.event('worker started')))
      const findings = await underFire(site, {
        strikes: strength(100, 15, 2),
        restMs: strength(2000, 2000, 300),
        strike: async () => {
          const victim = choose(workers.filter(holdsChunk))
          await victim.end('SIGKILL')
          workers = [...workers.filter((worker) => worker !== victim), site.worker()]
        },
      })
      expect(findings.redeliveries, 'chunks of the killed were delivered again').toBeGreaterThan(0)
      expect(await collapsar(['verify'], { DATABASE_URL: site.databaseUrl })).toMatchObject({ code: 0 })
      return findings
    } finally {
      await site.close()
    }
  },
}

/** Whether a worker has begun a chunk that it has not handed in. All of them, should none have. */
function holdsChunk(worker: Service, _: number, all: readonly Service[]): boolean {
  return unfinished(worker) > 0 || all.every((other) => unfinished(other) === 0)
}

function unfinished({ log }: Service): number {
  const lines = (message: string) => log.filter(({ msg }) => msg === message).length
  return lines('chunk started') - lines('chunk recorded')
}

/** F2: a worker that was stopped comes back after its chunks were given to others. */
export const stoppedWorkers: Scenario = {
  id: 'F2',
  fault: 'SIGSTOP for twice the lock, then SIGCONT',
  promise: 'late commits are duplicates; golden',
  limitSeconds: 600,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      const workers = [site.worker(), site.worker(), site.worker()]
      site.planner()
      await Promise.all(workers.map((worker) => worker.event('worker started')))
      const findings = await underFire(site, {
        strikes: strength(50, 8, 2),
        restMs: 100,
        strike: async (number) => {
          const victim = workers[number % workers.length]!
          victim.child.kill('SIGSTOP')
          await delay(2 * LOCK_SECONDS * 1000)
          victim.child.kill('SIGCONT')
        },
      })
      expect(findings.redeliveries, 'chunks of the stopped were delivered again').toBeGreaterThan(0)
      expectAlive(workers)
      return findings
    } finally {
      await site.close()
    }
  },
}

/** F3: the loop that renews locks stands still while the engine's threads train on. */
export const blockedLoop: Scenario = {
  id: 'F3',
  fault: `event loop of a worker blocked for ${strength(40, 10, 5)} s`,
  promise: 'golden',
  limitSeconds: 240,
  run: async (servers) => {
    const site = await openInstallation(servers)
    const seconds = strength(40, 10, 5)
    try {
      const blocked = site.sabotaged('worker', { BLOCK_SECONDS: String(seconds) })
      site.worker()
      site.planner()
      await blocked.event('worker started')
      const findings = await underFire(site, {
        strikes: strength(2, 2, 1),
        restMs: 0,
        strike: async () => {
          await until('the worker has a chunk in hand', () => unfinished(blocked) > 0)
          blocked.child.kill('SIGUSR2')
          await delay((seconds + 1) * 1000)
        },
      })
      expect(site.logged('event loop blocked').length).toBeGreaterThan(0)
      expect(findings.redeliveries, 'chunks of the blocked were delivered again').toBeGreaterThan(0)
      expectAlive([blocked])
      return findings
    } finally {
      await site.close()
    }
  },
}

/** No process exits for good because something beside it failed. */
export function expectAlive(services: readonly Service[]): void {
  expect(services.map(({ child }) => [child.exitCode, child.signalCode])).toEqual(services.map(() => [null, null]))
}
