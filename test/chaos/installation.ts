import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createChunkQueue } from '@collapsar/queue'
import type { ChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { testDatabases } from '../support/database.ts'
import type { TestDatabases } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import type { TestPostgres } from '../support/postgres.ts'
import { startRedis } from '../support/redis.ts'
import type { TestRedis } from '../support/redis.ts'
import { serviceOf, startService } from '../support/service.ts'
import type { LogLine, Service } from '../support/service.ts'

/** The servers of all scenarios: started once, struck by many. */
export interface Servers {
  readonly postgres: TestPostgres
  readonly databases: TestDatabases
  readonly redis: TestRedis
  close(): Promise<void>
}

export async function startServers(): Promise<Servers> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const databases = await testDatabases(postgres.url)
  return { postgres, databases, redis, close: async () => void (await Promise.all([postgres.close(), redis.close()])) }
}

/** Processes of the product on a database and a queue of their own, and eyes of ours on both. */
export interface Installation {
  readonly servers: Servers
  readonly databaseUrl: string
  readonly store: Store
  readonly queue: ChunkQueue
  /** Every process that was started, those that are gone included. */
  readonly services: readonly Service[]
  /** `collapsar ...args`, as its users start it. */
  start(...args: string[]): Service
  /** A planner, a worker with short locks: what most scenarios have several of. */
  planner(): Service
  worker(machine?: string): Service
  /** A process of the product that breaks where its environment says (`saboteur.mjs`). */
  sabotaged(role: 'planner' | 'worker' | 'api', environment?: Readonly<Record<string, string>>): Service
  /** At least one chunk in a worker's hands and one waiting: now is the moment to strike. */
  busy(): Promise<boolean>
  /** Lines that any process logged with this message. */
  logged(message: string): readonly LogLine[]
  close(): Promise<void>
}

/** A worker that is silent for this long loses its chunks. */
export const LOCK_SECONDS = 2
const CHUNK_SECONDS = 1
const RECONCILE_SECONDS = 1
/** Of each process, where its log is shown. */
const LINES_SHOWN = 12
const SABOTEUR = fileURLToPath(new URL('saboteur.mjs', import.meta.url))

export interface Routes {
  /** What the processes use in place of the servers' own addresses. */
  readonly databaseUrl?: (url: string) => string
  readonly redisUrl?: (url: string) => string
}

export async function openInstallation(servers: Servers, routes: Routes = {}): Promise<Installation> {
  await flush(servers.redis.url)
  const databaseUrl = await servers.databases.createDatabase()
  const environment = {
    DATABASE_URL: routes.databaseUrl?.(databaseUrl) ?? databaseUrl,
    REDIS_URL: routes.redisUrl?.(servers.redis.url) ?? servers.redis.url,
  }
  const store = await openStore({ databaseUrl })
  const queue = await createChunkQueue({ redisUrl: servers.redis.url })
  const services: Service[] = []
  const kept = (service: Service): Service => {
    services.push(service)
    return service
  }
  const start = (...args: string[]) => kept(startService(args, environment))
  return {
    servers,
    databaseUrl,
    store,
    queue,
    services,
    start,
    planner: () => start('planner', '--chunk-seconds', String(CHUNK_SECONDS), '--reconcile-seconds', String(RECONCILE_SECONDS)),
    worker: (machine) => start('worker', '--threads', '1', '--lock', String(LOCK_SECONDS), ...(machine === undefined ? [] : ['--machine', machine])),
    sabotaged: (role, faults = {}) => kept(startSaboteur(role, { ...environment, ...faults })),
    busy: async () => {
      // A queue that is away is not busy: whoever strikes waits until it is there again.
      const depth = await queue.depth('cpu').catch(() => ({ active: 0, waiting: 0 }))
      return depth.active >= 1 && depth.waiting >= 1
    },
    logged: (message) => services.flatMap(({ log }) => log).filter((line) => line.msg === message),
    close: async () => {
      if (process.env['CHAOS_LOG'] === '1') printEnds(services)
      await Promise.all(services.map((service) => service.end()))
      await queue.close()
      await store.close()
    },
  }
}

/** CHAOS_LOG=1 shows what every process said last: where a scenario got stuck. */
function printEnds(services: readonly Service[]): void {
  for (const { child, log } of services) {
    const ended = child.exitCode ?? child.signalCode ?? 'running'
    console.log([`${child.spawnargs.slice(2).join(' ')} (${ended})`, ...log.slice(-LINES_SHOWN).map((line) => JSON.stringify(line).slice(0, 300))].join('\n  '))
  }
}

async function flush(redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl)
  await client.flushall()
  client.disconnect()
}

function startSaboteur(role: string, environment: Readonly<Record<string, string>>): Service {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [SABOTEUR, role], {
    env: { PATH, HOME, LOCK_SECONDS: String(LOCK_SECONDS), CHUNK_SECONDS: String(CHUNK_SECONDS), RECONCILE_SECONDS: String(RECONCILE_SECONDS), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return serviceOf(child, `saboteur ${role}`)
}

/** Waits for a condition of processes; names it when it does not come. A server that is away makes it false. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const holds = async () => {
    try {
      return await condition()
    } catch {
      return false
    }
  }
  await vi.waitUntil(holds, { timeout: limitMs, interval: 25 }).catch((cause: unknown) => {
    throw new Error(`not within ${limitMs / 1000} s: ${what}`, { cause })
  })
}
