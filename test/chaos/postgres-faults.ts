import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { expect } from 'vitest'
import { runSql } from '../support/database.ts'
import { strength } from './form.ts'
import { openInstallation } from './installation.ts'
import type { Installation } from './installation.ts'
import { underFaults } from './scenario.ts'
import type { Scenario, ServerFault } from './scenario.ts'
import { expectAlive } from './worker-faults.ts'

/** Work must go on this long after Postgres is there again. */
const RESUMPTION_LIMIT_SECONDS = 30
/** How long sessions are ended as fast as they come, and how long idle ones fill the server. */
const STREAM_SECONDS = strength(10, 5, 1)
const IDLE_CONNECTIONS = 300

const FAULTS: readonly ServerFault[] = [
  { name: 'restart', times: strength(20, 4, 1), strike: (site) => restart(site, 'SIGINT') },
  { name: 'SIGKILL', times: strength(5, 2, 1), strike: (site) => restart(site, 'SIGKILL') },
  { name: 'stream of pg_terminate_backend', times: strength(2, 1, 1), strike: terminate },
  { name: `${IDLE_CONNECTIONS} idle connections`, times: strength(2, 1, 0), strike: crowd },
]

/** F5: the truth may be away; what it acknowledged it has. */
export const postgresFaults: Scenario = {
  id: 'F5',
  fault: 'Postgres: restarts, SIGKILL, sessions ended in a stream, a crowd of idle connections',
  promise: 'golden; no process exits',
  limitSeconds: 600,
  run: async (servers) => {
    const site = await openInstallation(servers)
    try {
      const services = [site.planner(), site.worker(), site.worker(), site.start('serve', '--port', '0')]
      await Promise.all(services.slice(1, 3).map((worker) => worker.event('worker started')))
      const findings = await underFaults(site, FAULTS, RESUMPTION_LIMIT_SECONDS)
      expectAlive(services)
      return findings
    } finally {
      await site.close()
    }
  },
}

async function restart({ servers: { postgres } }: Installation, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  await postgres.end(signal)
  await postgres.start()
}

/** Every session of the installation's database but the one that says so, again and again. */
async function terminate({ databaseUrl }: Installation): Promise<void> {
  const end = performance.now() + STREAM_SECONDS * 1000
  let ended = 0
  while (performance.now() < end) {
    const rows = await runSql(
      databaseUrl,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    ended += rows.length
    await delay(50)
  }
  expect(ended, 'sessions were ended').toBeGreaterThan(0)
}

/** More connections than the server has: those of the services stay, new ones are refused until the crowd goes. */
async function crowd({ databaseUrl }: Installation): Promise<void> {
  const clients = Array.from({ length: IDLE_CONNECTIONS }, () => new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 20_000 }))
  for (const client of clients) client.on('error', () => undefined)
  const results = await Promise.allSettled(clients.map((client) => client.connect()))
  expect(results.some(({ status }) => status === 'rejected'), 'the server was full').toBe(true)
  await delay(STREAM_SECONDS * 1000)
  await Promise.allSettled(clients.map((client) => client.end()))
}
