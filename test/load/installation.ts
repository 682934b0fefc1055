import { createChunkQueue } from '@collapsar/queue'
import type { ChunkQueue } from '@collapsar/queue'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { Redis } from 'ioredis'
import type { TestServer } from '../support/database.ts'
import type { TestRedis } from '../support/redis.ts'
import { startService } from '../support/service.ts'
import type { Service } from '../support/service.ts'
import { freePort } from '../support/free-port.ts'

export interface Servers {
  readonly postgres: TestServer
  readonly redis: TestRedis
}

/** Processes of the product on a database and a queue of their own. */
export interface Installation {
  readonly databaseUrl: string
  readonly store: Store
  readonly queue: ChunkQueue
  /** To look at the server, not at the queue. */
  readonly redis: Redis
  /** `collapsar ...args`, as its users start it; it has begun when it has logged this. */
  start(begun: string, ...args: string[]): Promise<Service>
  /** A fresh process of the API; its address. */
  api(): Promise<{ readonly service: Service; readonly url: string }>
  planner(): Promise<Service>
  worker(threads: number): Promise<Service>
  close(): Promise<void>
}

export async function openInstallation({ postgres, redis: server }: Servers): Promise<Installation> {
  const redis = new Redis(server.url)
  await redis.flushall()
  const databaseUrl = await postgres.createDatabase()
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: server.url, COLLAPSAR_LOG: 'info' }
  const store = await openStore({ databaseUrl })
  const queue = await createChunkQueue({ redisUrl: server.url })
  const services: Service[] = []
  const start = async (begun: string, ...args: string[]): Promise<Service> => {
    const service = startService(args, environment)
    services.push(service)
    await service.event(begun)
    return service
  }
  return {
    databaseUrl,
    store,
    queue,
    redis,
    start,
    api: async () => {
      const service = await start('serving', 'serve', '--port', String(await freePort()))
      return { service, url: String((await service.event('serving'))['url']) }
    },
    planner: () => start('planner leads', 'planner'),
    worker: (threads) => start('worker started', 'worker', '--threads', String(threads)),
    close: async () => {
      await Promise.all(services.map((service) => service.end('SIGKILL')))
      await queue.close()
      await store.close()
      redis.disconnect()
    },
  }
}
