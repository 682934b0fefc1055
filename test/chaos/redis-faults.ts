import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { strength } from './form.ts'
import { openInstallation, until } from './installation.ts'
import type { Installation } from './installation.ts'
import { underFaults } from './scenario.ts'
import type { Scenario, ServerFault } from './scenario.ts'
import { expectAlive } from './worker-faults.ts'

/** Work must go on this long after Redis is there again. */
const RESUMPTION_LIMIT_SECONDS = 30
const PAUSE_SECONDS = strength(60, 10, 3)

/** What can befall Redis, each as often as it is to happen. */
const FAULTS: readonly ServerFault[] = [
  { name: 'restart', times: strength(20, 4, 1), strike: (site) => restart(site, 'SIGTERM') },
  { name: 'SIGKILL', times: strength(5, 1, 0), strike: (site) => restart(site, 'SIGKILL') },
  { name: 'FLUSHALL', times: strength(10, 3, 1), strike: (site) => command(site, (client) => client.flushall()) },
  { name: 'CLIENT KILL', times: strength(5, 2, 0), strike: (site) => command(site, (client) => client.client('KILL', 'TYPE', 'NORMAL')) },
  { name: `${PAUSE_SECONDS} s pause`, times: strength(1, 1, 1), strike: pause },
  { name: 'old dump', times: strength(1, 1, 0), strike: restoreOldDump },
]

/** F4: the queue may forget everything, remember too much, or be away. */
export const redisFaults: Scenario = {
  id: 'F4',
  fault: 'Redis: restarts, SIGKILL, FLUSHALL, CLIENT KILL, a pause, an old dump; policy allkeys-lru',
  promise: 'golden; goes on within 30 s; lru refuses to start',
  limitSeconds: 600,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      const services = [site.planner(), site.worker(), site.worker()]
      await site.worker().event('worker started')
      const findings = await underFaults(site, FAULTS, RESUMPTION_LIMIT_SECONDS)
      await expectRefusalOfEviction(site)
      expectAlive(services)
      return findings
    } finally {
      await site.close()
    }
  },
}

async function restart({ servers: { redis } }: Installation, signal: NodeJS.Signals): Promise<void> {
  await redis.kill(signal)
  await redis.start()
}

async function command({ servers: { redis } }: Installation, act: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(redis.url)
  client.on('error', () => undefined)
  await act(client)
  client.disconnect()
}

async function pause({ servers: { redis } }: Installation): Promise<void> {
  redis.signal('SIGSTOP')
  await delay(PAUSE_SECONDS * 1000)
  redis.signal('SIGCONT')
}

/** What was enqueued and finished since is there again: chunks that Postgres has long counted. */
async function restoreOldDump({ servers: { redis } }: Installation): Promise<void> {
  const files = join(redis.folder, 'appendonlydir')
  const old = `${redis.folder}-old`
  await redis.kill()
  cpSync(files, old, { recursive: true })
  await redis.start()
  await delay(5000)
  await redis.kill()
  rmSync(files, { recursive: true })
  cpSync(old, files, { recursive: true })
  rmSync(old, { recursive: true })
  await redis.start()
}

/** A Redis that may evict keys loses chunks silently, again and again. */
async function expectRefusalOfEviction(site: Installation): Promise<void> {
  await command(site, (client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'))
  try {
    const worker = site.worker()
    await until('the worker refuses', () => worker.child.exitCode !== null, 30_000)
    expect(worker.child.exitCode).toBe(7)
    expect(worker.log.map(({ msg }) => msg).join('\n')).toContain('maxmemory-policy allkeys-lru; accepted: noeviction')
  } finally {
    await command(site, (client) => client.config('SET', 'maxmemory-policy', 'noeviction'))
  }
}
