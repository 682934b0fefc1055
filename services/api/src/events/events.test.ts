import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient, EVENT_DATA } from '@collapsar/client'
import type { SweepEvent } from '@collapsar/client'
import { createMetrics } from '@collapsar/metrics'
import { Value } from '@collapsar/schema'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { recordTestBlocks } from '../../../../test/support/api.ts'
import { startTestServer } from '../../../../test/support/database.ts'
import type { TestServer } from '../../../../test/support/database.ts'
import { buildApi } from '../app.ts'
import { serveApi } from '../serve.ts'
import type { EventLimits } from './event-hub.ts'

/** Another seed for each test: cells of its own in the one database. */
let source = { name: 'followed', grid: { depth: [2, 3], width: 2 }, inits: 400, seed: 0 }
let first = ''
let second = ''
const log = pino({ level: 'silent' })

/** A store that counts its looks and its listeners. */
interface Watched {
  readonly store: Store
  looks: number
  listeners: number
}

interface Served {
  readonly url: string
  readonly watched: Watched
  readonly metrics: ReturnType<typeof createMetrics>
  close(): Promise<void>
}

let server: TestServer
let store: Store
const served: Served[] = []

beforeAll(async () => {
  server = await startTestServer()
  store = await openStore({ databaseUrl: await server.createDatabase() })
})
afterAll(async () => {
  await store.close()
  await server.close()
})
beforeEach(() => {
  source = { ...source, seed: source.seed + 1 }
  ;[first, second] = parseSweep(source).cells.map((cell) => cell.cell) as [string, string]
})
afterEach(async () => {
  for (const one of served.splice(0)) await one.close()
})

async function serve(eventLimits: Partial<EventLimits> = {}): Promise<Served> {
  const watched = watch(store)
  const metrics = createMetrics()
  const app = buildApi({ store: watched.store, log, metrics, eventLimits })
  const one = { url: await serveApi({ app, host: '127.0.0.1', port: 0 }), watched, metrics, close: () => app.close() }
  served.push(one)
  return one
}

function watch(real: Store): Watched {
  const watched: Watched = {
    looks: 0,
    listeners: 0,
    store: {
      ...real,
      sweepCells: (id) => {
        watched.looks += 1
        return real.sweepCells(id)
      },
      listen: async (onChange) => {
        const unlisten = await real.listen(onChange)
        watched.listeners += 1
        return async () => {
          watched.listeners -= 1
          await unlisten()
        }
      },
    },
  }
  return watched
}

const submit = async (body: object = source) => (await store.createSweep(parseSweep(body))).sweep.id

/** A stream as bytes, which can be left unread. */
async function open(url: string, id: string, lastEventId?: string): Promise<Stream> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/v1/sweeps/${id}/events`, { headers }, resolve).on('error', reject).end()
  })
  return new Stream(response)
}

class Stream {
  readonly response: IncomingMessage
  text = ''
  ended = false

  constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (text: string) => (this.text += text))
    response.on('close', () => (this.ended = true))
    response.on('error', () => undefined)
  }

  get events(): SweepEvent[] {
    const blocks = this.text.split('\n\n').filter((block) => block.startsWith('id: '))
    return blocks.flatMap((block) => {
      const [id, type, data] = block.split('\n').map((line) => line.slice(line.indexOf(': ') + 2)) as [string, keyof typeof EVENT_DATA, string | undefined]
      return data === undefined ? [] : [{ id, type, data: JSON.parse(data) } as SweepEvent]
    })
  }

  get types(): string[] {
    return this.events.map(({ type }) => type)
  }

  async until(count: number): Promise<SweepEvent[]> {
    await expect.poll(() => this.events.length, { timeout: 10_000, interval: 10 }).toBeGreaterThanOrEqual(count)
    return this.events
  }

  async end(): Promise<SweepEvent[]> {
    await expect.poll(() => this.ended, { timeout: 10_000, interval: 10 }).toBe(true)
    return this.events
  }

  leave(): void {
    this.response.destroy()
  }
}

const numberOf = ({ id }: SweepEvent) => Number(id.split('-')[1])

describe('GET /v1/sweeps/{id}/events', () => {
  it('tells everything, then the cells that change, then the end', async () => {
    const { url } = await serve()
    const id = await submit()
    const stream = await open(url, id)
    expect(stream.response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    const [snapshot] = await stream.until(1)
    expect(stream.text).toMatch(/^retry: [12]\d{3}\n\n/)
    expect(snapshot).toMatchObject({
      type: 'snapshot',
      data: { sweep: { id, state: 'active' }, progress: { trials: { requested: 800, counted: 0 } }, cells: [{ cell: first, position: 0 }, { cell: second, position: 1, trials: 0, estimate: null, low: 0, high: 1 }] },
    })
    await recordTestBlocks(store, second, [0, 1], 30)
    const [, delta] = await stream.until(2)
    expect(delta).toMatchObject({ type: 'delta', data: { progress: { trials: { counted: 200 } }, cells: [{ position: 1, trials: 200, collapsed: 60, estimate: 0.3 }] } })
    expect((delta as { data: { cells: object[] } }).data.cells).toHaveLength(1)
    await recordTestBlocks(store, first, [0, 1, 2, 3], 0)
    await recordTestBlocks(store, second, [2, 3], 0)
    await store.finishSweeps()
    const events = await stream.end()
    const last = events.at(-1)!
    expect(last).toMatchObject({ type: 'done', data: { sweep: { state: 'done' }, progress: { cells: { complete: 2 }, trials: { counted: 800 } } } })
    for (const { type, data } of events) expect(Value.Errors(EVENT_DATA[type], data)).toEqual([])
    expect(events.slice(0, -1).map(numberOf)).toEqual(events.slice(0, -1).map((_, index) => index))
    expect((await open(url, id, last.id)).response.statusCode).toBe(204)
  })

  it('goes on after the event a client has, without a gap, and tells a stranger everything', async () => {
    const [here, elsewhere] = [await serve(), await serve()]
    const id = await submit()
    const stream = await open(here.url, id)
    await recordTestBlocks(store, first, [0], 0)
    const [, delta] = await stream.until(2)
    stream.leave()
    await recordTestBlocks(store, first, [1], 0)
    const resumed = await open(here.url, id, delta!.id)
    const [next] = await resumed.until(1)
    expect([next!.type, numberOf(next!)]).toEqual(['delta', numberOf(delta!) + 1])
    expect(next).toMatchObject({ data: { cells: [{ cell: first, trials: 200 }] } })
    for (const [url, lastEventId] of [[elsewhere.url, delta!.id], [here.url, 'another'], [here.url, `${delta!.id.split('-')[0]}-99`]] as const) {
      const other = await open(url, id, lastEventId)
      expect((await other.until(1))[0]).toMatchObject({ type: 'snapshot', data: { cells: [{ trials: 200 }, { trials: 0 }] } })
      other.leave()
    }
    resumed.leave()
  })

  it('begins anew when more was missed than is kept', async () => {
    const { url } = await serve({ intervalMs: 10, ring: { events: 2, bytes: 1e6 } })
    const id = await submit()
    const stream = await open(url, id)
    const [snapshot] = await stream.until(1)
    for (let block = 0; block < 4; block += 1) {
      await recordTestBlocks(store, first, [block], 0)
      await stream.until(block + 2)
    }
    const resumed = await open(url, id, snapshot!.id)
    expect((await resumed.until(1))[0]).toMatchObject({ type: 'snapshot', data: { cells: [{ trials: 400 }, {}] } })
  })

  it('follows a sweep on when it is active again, and no client that has its end', async () => {
    const { url } = await serve()
    const id = await submit({ ...source, grid: { depth: 2, width: 2 }, inits: 100 })
    await loseBlock(first)
    await store.finishSweeps()
    const events = await (await open(url, id)).end()
    expect(events.map(({ type }) => type)).toEqual(['snapshot', 'done'])
    expect(events[1]).toMatchObject({ data: { progress: { trials: { counted: 0, gaps: 100 } } } })
    await store.retryGaps(id)
    const again = await open(url, id, events[1]!.id)
    expect(again.response.statusCode).toBe(200)
    expect((await again.until(1))[0]).toMatchObject({ data: { sweep: { state: 'active' } } })
  })

  it('tells at most four events a second, however often the database changes', async () => {
    const { url, watched } = await serve()
    const id = await submit({ ...source, inits: 1_000_000 })
    const stream = await open(url, id)
    await stream.until(1)
    const started = performance.now()
    let block = 0
    while (performance.now() - started < 2000) await recordTestBlocks(store, first, [block++], 0)
    await expect.poll(() => (stream.events.at(-1) as { data: { progress: { trials: { counted: number } } } }).data.progress.trials.counted, { timeout: 5000 }).toBe(100 * block)
    const seconds = (performance.now() - started) / 1000
    expect(block).toBeGreaterThan(8)
    expect(stream.events.length - 1).toBeLessThanOrEqual(Math.ceil(seconds / 0.25))
    expect(watched.looks).toBeLessThanOrEqual(2 + Math.ceil(seconds / 0.25))
    stream.leave()
  })

  it('hears what no notification told', async () => {
    const { url, watched } = await serve({ pollMs: 100 })
    const id = await submit()
    const stream = await open(url, id)
    await stream.until(1)
    const before = watched.looks
    await expect.poll(() => watched.looks, { timeout: 5000 }).toBeGreaterThan(before + 2)
    expect(stream.types).toEqual(['snapshot'])
    stream.leave()
  })

  it('sends a comment where there is nothing to tell', async () => {
    const { url } = await serve({ heartbeatMs: 50 })
    const stream = await open(url, await submit())
    await expect.poll(() => stream.text, { timeout: 5000 }).toMatch(/\n\n: \n\n/)
    stream.leave()
  })

  it('says that there is no such sweep, and does not take HEAD', async () => {
    const { url } = await serve()
    const missing = await fetch(`${url}/v1/sweeps/none/events`)
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect((await fetch(`${url}/v1/sweeps/none/events`, { method: 'HEAD' })).status).toBe(405)
  })
})

async function loseBlock(cell: string): Promise<void> {
  await store.issue([{ id: `c-${cell.slice(-8)}`, cell, engine: 'cpu', firstBlock: 0, blocks: 1 }])
  let fate = 'retry'
  while (fate === 'retry') fate = await store.fail(`c-${cell.slice(-8)}`, 'it threw')
}

describe('many streams', () => {
  it('look at the store once, listen once, and leave nothing behind', async () => {
    const { url, watched, metrics } = await serve()
    const id = await submit()
    const streams = await Promise.all(Array.from({ length: 200 }, () => open(url, id)))
    await Promise.all(streams.map((stream) => stream.until(1)))
    expect(watched.listeners).toBe(1)
    // A look serves all who come while it goes on.
    expect(watched.looks).toBeLessThan(50)
    expect(await metrics.text()).toContain('collapsar_event_streams 200')
    const before = watched.looks
    await recordTestBlocks(store, first, [0], 10)
    await Promise.all(streams.map((stream) => stream.until(2)))
    expect(watched.looks - before).toBeLessThanOrEqual(2)
    expect(new Set(streams.map((stream) => stream.events[1]!.id)).size).toBe(1)
    for (const stream of streams) stream.leave()
    await expect.poll(() => watched.listeners, { timeout: 5000 }).toBe(0)
    expect(await metrics.text()).toContain('collapsar_event_streams 0')
    await delay(50)
    const rest = watched.looks
    await recordTestBlocks(store, first, [1], 10)
    await delay(400)
    expect(watched.looks).toBe(rest)
  })

  it('are as many as the process carries, and no more', async () => {
    const { url } = await serve({ streams: 2 })
    const id = await submit()
    const streams = [await open(url, id), await open(url, id)]
    const refused = await fetch(`${url}/v1/sweeps/${id}/events`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await refused.json()).toMatchObject({ code: 'overloaded', detail: expect.stringContaining('takes 2') })
    streams[0]!.leave()
    await expect.poll(async () => {
      const next = await open(url, id)
      next.leave()
      return next.response.statusCode
    }, { timeout: 5000 }).toBe(200)
    streams[1]!.leave()
  })

  it('end at once when the server closes, and their clients find the next one', async () => {
    const { url, close } = await serve()
    const id = await submit()
    const stream = await open(url, id)
    await stream.until(1)
    const started = performance.now()
    await close()
    await stream.end()
    expect(performance.now() - started).toBeLessThan(3000)
    expect(stream.types).toEqual(['snapshot'])
  })
})

describe('watch of the typed client', () => {
  it('goes on by itself across a restart of the server, to the end', async () => {
    const one = await serve()
    const id = await submit()
    const { port } = new URL(one.url)
    const seen: SweepEvent[] = []
    const watching = (async () => {
      for await (const event of createClient({ url: one.url }).watch(id)) seen.push(event)
    })()
    await expect.poll(() => seen.length, { timeout: 5000 }).toBe(1)
    await one.close()
    const app = buildApi({ store, log })
    const next = await app.listen({ host: '127.0.0.1', port: Number(port) })
    served.push({ ...one, url: next, close: () => app.close() })
    await recordTestBlocks(store, first, [0, 1, 2, 3], 0)
    await recordTestBlocks(store, second, [0, 1, 2, 3], 0)
    await store.finishSweeps()
    await watching
    expect(seen.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])).toEqual(['snapshot', 'done'])
    expect(seen.at(-1)).toMatchObject({ type: 'done', data: { progress: { trials: { counted: 800 } } } })
  })

  it('ends without an error when it is told to, and with the reason when it is refused', async () => {
    const { url, watched } = await serve()
    const id = await submit()
    const client = createClient({ url })
    const stopping = new AbortController()
    const seen: SweepEvent[] = []
    for await (const event of client.watch(id, { signal: stopping.signal })) {
      seen.push(event)
      stopping.abort()
    }
    expect(seen).toHaveLength(1)
    await expect(client.watch('none').next()).rejects.toMatchObject({ code: 'not-found' })
    for await (const { type } of client.watch(id)) if (type === 'snapshot') break
    await expect.poll(() => watched.listeners, { timeout: 5000 }).toBe(0)
  })
})
