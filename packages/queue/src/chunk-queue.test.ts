import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Chunk } from '@collapsar/sweep'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedPostgres } from '../../store/src/embedded-postgres.ts'
import { bundle } from '../../../test/support/bundle.ts'
import type { Bundle } from '../../../test/support/bundle.ts'
import { redisAvailable, startRedis } from '../../../test/support/redis.ts'
import { createChunkQueue } from './create-chunk-queue.ts'
import type { ChunkQueueLocation } from './create-chunk-queue.ts'
import type { ChunkQueue, Consumer } from './chunk-queue.ts'

/** A server that a queue lives on, to be struck. */
interface Server {
  readonly location: ChunkQueueLocation
  /** Loses every chunk, and the server knows nothing of it. */
  flush(): Promise<void>
  /** SIGKILL. Postgres is started again by its guard, Redis by `start`. */
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

async function redisServer(): Promise<Server> {
  const redis = await startRedis()
  const flush = async () => {
    const client = new Redis(redis.url)
    await client.flushall()
    client.disconnect()
  }
  return { location: { redisUrl: redis.url }, flush, kill: redis.kill, start: redis.start, close: redis.close }
}

async function postgresServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'collapsar-queue-'))
  const { url, close } = await openEmbeddedPostgres({ dataDir: folder })
  return {
    location: { databaseUrl: url },
    flush: () => query(url, 'DELETE FROM bullmq.job'),
    kill: async () => {
      const pid = Number(readFileSync(join(folder, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => query(url, 'SELECT 1').then(() => 'up', () => 'down'), { timeout: 5000, interval: 1 }).toBe('down')
    },
    start: () => expect.poll(() => query(url, 'SELECT 1').then(() => 'up', () => 'down'), { timeout: 20_000, interval: 50 }).toBe('up'),
    close: async () => {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

const cell = `c1_${'0123456789abcdef'.repeat(4)}`
let numbered = 0

/** Chunks with ids that no test has used before. */
function chunks(count: number): Chunk[] {
  return Array.from({ length: count }, () => {
    numbered += 1
    return { id: `c-${numbered}`, cell, engine: 'cpu', firstBlock: numbered * 10, blocks: 10 }
  })
}

/** A promise that a test resolves. */
function createGate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

const idsOf = (list: readonly Chunk[]) => list.map(({ id }) => id).toSorted()

let program: Bundle
beforeAll(async () => {
  program = await bundle('test/support/queue-consumer.ts')
})
afterAll(() => program.remove())

const servers = [{ name: 'Postgres', open: postgresServer }, ...(redisAvailable() ? [{ name: 'Redis', open: redisServer }] : [])]

describe.each(servers)('a chunk queue on $name', ({ open }) => {
  let server: Server
  let queue: ChunkQueue
  let consumers: Consumer[] = []
  let children: ChildProcess[] = []

  beforeAll(async () => {
    server = await open()
    queue = await createChunkQueue(server.location)
  })
  beforeEach(() => server.flush())
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(consumers.map((consumer) => consumer.stop()))
    consumers = []
    children = []
  })
  afterAll(async () => {
    await queue?.close()
    await server?.close()
  })

  const consume: ChunkQueue['consume'] = async (...args) => {
    const consumer = await queue.consume(...args)
    consumers.push(consumer)
    return consumer
  }

  /** A consumer that lists what it gets and finishes each chunk when `finish` says so. */
  async function recorder(options: { concurrency?: number; lockSeconds?: number; finish?: Promise<void> } = {}) {
    const got: Chunk[] = []
    const signals: AbortSignal[] = []
    const handle = async (chunk: Chunk, signal: AbortSignal) => {
      got.push(chunk)
      signals.push(signal)
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      if (options.finish !== undefined) await Promise.race([options.finish, aborted])
      signal.throwIfAborted()
    }
    const consumer = await consume('cpu', handle, { concurrency: options.concurrency ?? 1, lockSeconds: options.lockSeconds ?? 30 })
    return { got, signals, consumer }
  }

  /** A consuming process, and what it printed. */
  async function consumerProcess(lockSeconds: number, blockMs = 0): Promise<{ child: ChildProcess; lines: string[] }> {
    const args = [program.path, JSON.stringify(server.location), String(lockSeconds), String(blockMs)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    children.push(child)
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    await eventually(() => lines.includes('ready'), true)
    return { child, lines }
  }

  const eventually = <T>(get: () => T | Promise<T>, wanted: T, timeout = 20_000) =>
    expect.poll(get, { timeout, interval: 10 }).toEqual(wanted)

  it('tells how much memory Redis uses, where there is one', async () => {
    const bytes = await queue.memoryBytes()
    // An empty Redis takes about a megabyte.
    if ('redisUrl' in server.location) expect(bytes).toBeGreaterThan(100_000)
    else expect(bytes).toBeNull()
  })

  it('delivers every chunk once, as it was, and keeps no trace', async () => {
    const sent = chunks(40)
    await queue.enqueue(sent)
    expect(await queue.depth('cpu')).toEqual({ waiting: 40, active: 0 })
    expect(await queue.depth('cuda')).toEqual({ waiting: 0, active: 0 })
    const { got } = await recorder({ concurrency: 4 })
    await eventually(() => queue.depth('cpu'), { waiting: 0, active: 0 })
    expect(got.toSorted((a, b) => a.firstBlock - b.firstBlock)).toEqual(sent)
  })

  it('holds a chunk once while it waits or is in hand, and takes it again afterwards', async () => {
    const sent = chunks(1)
    await queue.enqueue(sent)
    await queue.enqueue(sent)
    expect(await queue.depth('cpu')).toEqual({ waiting: 1, active: 0 })
    const gate = createGate()
    const { got } = await recorder({ finish: gate.opened })
    await eventually(() => got.length, 1)
    await queue.enqueue(sent)
    expect(await queue.depth('cpu')).toEqual({ waiting: 0, active: 1 })
    gate.open()
    await eventually(() => queue.depth('cpu'), { waiting: 0, active: 0 })
    await queue.enqueue(sent)
    await eventually(() => got.length, 2)
  })

  it('has as many chunks in hand as it may', async () => {
    await queue.enqueue(chunks(9))
    const gate = createGate()
    const { got } = await recorder({ concurrency: 3, finish: gate.opened })
    await eventually(() => queue.depth('cpu'), { waiting: 6, active: 3 })
    expect(got.length).toBe(3)
    gate.open()
    await eventually(() => got.length, 9)
  })

  it('lets a chunk go whose handling fails', async () => {
    await queue.enqueue(chunks(1))
    let failures = 0
    const handle = () => {
      failures += 1
      return Promise.reject(new Error('failed on purpose'))
    }
    await consume('cpu', handle, { concurrency: 1 })
    await eventually(() => failures, 1)
    await eventually(() => queue.depth('cpu'), { waiting: 0, active: 0 })
    expect(failures).toBe(1)
  })

  it('drops what waits, and leaves alone what is in hand', async () => {
    const sent = chunks(5)
    const gate = createGate()
    const { got } = await recorder({ finish: gate.opened })
    await queue.enqueue(sent)
    await eventually(() => queue.depth('cpu'), { waiting: 4, active: 1 })
    expect(await queue.drop(sent)).toBe(4)
    expect(await queue.depth('cpu')).toEqual({ waiting: 0, active: 1 })
    gate.open()
    await eventually(() => queue.depth('cpu'), { waiting: 0, active: 0 })
    expect(got.length).toBe(1)
  })

  it('drains: finishes what is in hand and fetches nothing more', async () => {
    await queue.enqueue(chunks(3))
    const gate = createGate()
    const { got, signals, consumer } = await recorder({ finish: gate.opened })
    await eventually(() => got.length, 1)
    const drained = consumer.drain()
    gate.open()
    await drained
    expect(signals[0]?.aborted).toBe(false)
    expect(got.length).toBe(1)
    expect(await queue.depth('cpu')).toEqual({ waiting: 2, active: 0 })
  })

  it('drains, and hands back at once what it is not to keep', async () => {
    const sent = chunks(2)
    await queue.enqueue(sent)
    const gate = createGate()
    const { got, signals, consumer } = await recorder({ concurrency: 2, lockSeconds: 600, finish: gate.opened })
    await eventually(() => got.length, 2)
    const kept = got[0]!
    const drained = consumer.drain(({ id }) => id === kept.id)
    await eventually(() => queue.depth('cpu'), { waiting: 1, active: 1 })
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    const next = await recorder()
    await eventually(() => idsOf(next.got), idsOf([got[1]!]))
    gate.open()
    await drained
    await eventually(() => queue.depth('cpu'), { waiting: 0, active: 0 })
  })

  it('stops: what is in hand is with another consumer long before its lock runs out', async () => {
    const sent = chunks(2)
    await queue.enqueue(sent)
    const { got, consumer } = await recorder({ concurrency: 2, lockSeconds: 600, finish: new Promise(() => undefined) })
    await eventually(() => got.length, 2)
    await consumer.stop()
    expect(await queue.depth('cpu')).toEqual({ waiting: 2, active: 0 })
    const next = await recorder()
    await eventually(() => idsOf(next.got), idsOf(sent))
  })

  it('delivers again what a killed process had in hand', async () => {
    const sent = chunks(1)
    await queue.enqueue(sent)
    const { child, lines } = await consumerProcess(2)
    await eventually(() => lines.includes(`started ${sent[0]!.id}`), true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const { got } = await recorder({ lockSeconds: 2 })
    await eventually(() => idsOf(got), idsOf(sent))
  })

  it('delivers twice when an event loop was blocked, and tells the first consumer', async () => {
    const sent = chunks(1)
    const { lines } = await consumerProcess(2, 6000)
    await queue.enqueue(sent)
    await eventually(() => lines.includes(`started ${sent[0]!.id}`), true)
    const gate = createGate()
    const { got, signals } = await recorder({ lockSeconds: 2, finish: gate.opened })
    await eventually(() => idsOf(got), idsOf(sent))
    await eventually(() => lines.includes(`aborted ${sent[0]!.id}`), true)
    expect(signals[0]?.aborted).toBe(false)
    gate.open()
    await eventually(() => queue.depth('cpu'), { waiting: 0, active: 0 })
  })

  it('goes on after it has lost everything in the middle', async () => {
    const sent = chunks(30)
    const got = new Set<string>()
    await queue.enqueue(sent)
    await consume('cpu', async (chunk) => {
      got.add(chunk.id)
      await delay(10)
    }, { concurrency: 2, lockSeconds: 2 })
    await eventually(() => got.size >= 5, true)
    await server.flush()
    await queue.enqueue(sent.filter(({ id }) => !got.has(id)))
    await eventually(() => [...got].toSorted(), idsOf(sent))
  })

  it('rejects while the server is away, and goes on when it is back', async () => {
    const sent = chunks(30)
    const got = new Set<string>()
    await queue.enqueue(sent)
    await consume('cpu', async (chunk) => {
      await delay(50)
      got.add(chunk.id)
    }, { concurrency: 2, lockSeconds: 2 })
    await eventually(() => got.size >= 5, true)
    await server.kill()
    const askedAt = performance.now()
    await expect(queue.enqueue(chunks(1))).rejects.toThrow()
    expect(performance.now() - askedAt).toBeLessThan(10_500)
    await server.start()
    const offer = () => queue.enqueue(sent.filter(({ id }) => !got.has(id))).then(() => 'taken', () => 'refused')
    await eventually(offer, 'taken')
    await eventually(() => [...got].toSorted(), idsOf(sent), 30_000)
  })

  it('stops although the server is away', async () => {
    await queue.enqueue(chunks(1))
    const { got, consumer } = await recorder({ finish: new Promise(() => undefined) })
    await eventually(() => got.length, 1)
    await server.kill()
    const askedAt = performance.now()
    await consumer.stop()
    expect(performance.now() - askedAt).toBeLessThan(10_000)
    await server.start()
    await eventually(() => queue.ping().then(() => 'up', () => 'down'), 'up')
  })

  it('refuses ids that the backends read differently', async () => {
    for (const id of ['17', 'a:b', 'a b', '']) {
      await expect(queue.enqueue([{ ...chunks(1)[0]!, id }])).rejects.toThrow(/^invalid chunk id/)
    }
  })

  it('opens in several processes at once', async () => {
    const queues = await Promise.all(Array.from({ length: 5 }, () => createChunkQueue(server.location)))
    const sent = chunks(5)
    await Promise.all(queues.map((each) => each.enqueue(sent)))
    expect(await queue.depth('cpu')).toEqual({ waiting: 5, active: 0 })
    await Promise.all(queues.map((each) => each.close()))
  })
})
