import { setTimeout as delay } from 'node:timers/promises'
import { createUniform } from '../calibration/calibration.ts'
import { openFaultProxy } from '../support/fault-proxy.ts'
import type { NetworkFault } from '../support/fault-proxy.ts'
import { strength } from './form.ts'
import { openInstallation } from './installation.ts'
import type { Installation } from './installation.ts'
import { resumption, underFire } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { expect } from 'vitest'

/** Work must go on this long after a fault began that the processes can only wait out or reconnect from. */
const RESUMPTION_LIMIT_SECONDS = 60
/** How long the network is as bad, in seconds; a half-open connection stays so until its process gives it up. */
const FAULT_SECONDS = strength(20, 8, 1)
const LATENCY_MS = 500
const RESET_SHARE = 0.05

const uniform = createUniform(6)
const LATENCY: NetworkFault = { kind: 'latency', ms: LATENCY_MS }
const RESETS: NetworkFault = { kind: 'reset', share: RESET_SHARE, uniform }
const HALF_OPEN: NetworkFault = { kind: 'swallow' }

type Strike = readonly [server: 'redis' | 'postgres', fault: NetworkFault]

/** F6: neither server fails, but what lies between. */
export const networkFaults: Scenario = {
  id: 'F6',
  fault: 'half-open TCP, 500 ms latency, 5% resets, to Redis and to Postgres',
  promise: 'golden; goes on within 60 s',
  limitSeconds: 600,
  run: async (servers) => {
    const proxies = { redis: await openFaultProxy(servers.redis.url), postgres: await openFaultProxy(servers.postgres.url) }
    const site = await openInstallation(servers, { databaseUrl: proxies.postgres.through, redisUrl: proxies.redis.through })
    const slowest = new Map<string, number>()
    const impose = async (...[server, fault]: Strike) => {
      proxies[server].impose(fault)
      await delay(FAULT_SECONDS * 1000)
      proxies[server].impose({ kind: 'none' })
      const name = `${fault.kind} ${server}`
      slowest.set(name, Math.max(slowest.get(name) ?? 0, await resumption(site, RESUMPTION_LIMIT_SECONDS)))
    }
    const round = [LATENCY, RESETS, ...(strength(1, 1, 0) === 1 ? [HALF_OPEN] : [])]
    const strikes = Array.from({ length: strength(2, 1, 1) }, () => round.flatMap((fault): Strike[] => [['redis', fault], ['postgres', fault]])).flat()
    try {
      await startKeptAlive(site)
      const findings = await underFire(site, { strikes: strikes.length, restMs: 100, strike: async (number) => impose(...(strikes[number] as Strike)) })
      for (const proxy of Object.values(proxies)) {
        const { swallowed, delayed, resets } = proxy.strikes()
        expect(delayed).toBeGreaterThan(0)
        expect(resets).toBeGreaterThan(0)
        if (round.includes(HALF_OPEN)) expect(swallowed).toBeGreaterThan(0)
      }
      const times = [...slowest].map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`)
      return { ...findings, note: `went on after: ${times.join(', ')}` }
    } finally {
      await site.close()
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()))
    }
  },
}

/** A planner and two workers, each started again when it ends, as an orchestrator does. */
async function startKeptAlive(site: Installation): Promise<void> {
  const keep = (start: () => ReturnType<Installation['worker']>) => {
    const service = start()
    service.child.once('exit', (_, signal) => {
      if (signal === null) keep(start)
    })
    return service
  }
  keep(site.planner)
  await Promise.all([keep(site.worker), keep(site.worker)].map((worker) => worker.event('worker started')))
}
