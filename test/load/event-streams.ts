import { setMaxListeners } from 'node:events'
import { Agent, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { parseSweep } from '@collapsar/sweep'
import { amount } from './form.ts'
import { fact, quantile, speed } from './measurement.ts'
import type { Measurement } from './measurement.ts'
import { recordSyntheticBlocks } from './synthetic-blocks.ts'

const STREAMS = amount(500, 500, 50)
const SECONDS = amount(60, 20, 4)
/** Every fifth stream breaks off and comes back again and again. */
const RESTLESS = 5
const RESTLESS_MS = 2000
const RECORD_MS = 500

/** What a stream heard: when it first knew of so many trials, in ms of `performance.now()`. */
interface Heard {
  readonly at: Map<number, number>
  gaps: number
  reconnections: number
}

/** A block is recorded twice a second, and every stream must tell of every one, those that break off too. */
export const eventStreams: Measurement = {
  id: 'L6',
  what: `${STREAMS} event streams for ${SECONDS} s, a fifth of them reconnecting every ${RESTLESS_MS / 1000} s`,
  limitSeconds: SECONDS + 180,
  run: async ({ api, store }) => {
    const { url } = await api()
    const sweep = parseSweep({ grid: { depth: [2, 3], width: [2, 3] }, inits: 100_000 })
    const { id } = (await store.createSweep(sweep)).sweep
    const agent = new Agent({ keepAlive: false })
    const over = new AbortController()
    setMaxListeners(2 * STREAMS, over.signal)
    const heard = Array.from({ length: STREAMS }, (): Heard => ({ at: new Map(), gaps: 0, reconnections: 0 }))
    const streams = heard.map((one, i) => follow(`${url}/v1/sweeps/${id}/events`, { agent, heard: one, isRestless: i % RESTLESS === 0, over: over.signal }))
    while (heard.some(({ at }) => at.size === 0)) await delay(50)
    const committed = new Map<number, number>()
    const end = performance.now() + SECONDS * 1000
    for (let block = 0; performance.now() < end; block += 1) {
      await recordSyntheticBlocks(store, [sweep.cells[0]!.cell], [block, block + 1])
      committed.set(100 * (block + 1), performance.now())
      await delay(RECORD_MS)
    }
    await delay(2 * RESTLESS_MS)
    over.abort()
    await Promise.all(streams)
    agent.destroy()
    const delays = heard.flatMap(({ at }) => [...committed].map(([trials, when]) => deliveryMs(at, trials, when)))
    return [
      fact('changes that a stream never heard of', delays.filter((ms) => ms === null).length, 'changes', { below: 1 }),
      fact('gaps between the ids of a stream', heard.reduce((sum, { gaps }) => sum + gaps, 0), 'gaps', { below: 1 }),
      fact('reconnections', heard.reduce((sum, { reconnections }) => sum + reconnections, 0), '', { above: STREAMS / RESTLESS - 1 }),
      // With the time that a stream spends broken off.
      speed('from the commit to the stream, p99', quantile(delays.map((ms) => ms ?? Infinity), 0.99), 'ms', { below: 2000 }),
    ]
  },
}

/** Until it first knew of so many trials or more; null: it never did. */
function deliveryMs(at: ReadonlyMap<number, number>, trials: number, committedAt: number): number | null {
  const times = [...at].filter(([counted]) => counted >= trials).map(([, when]) => when)
  return times.length === 0 ? null : Math.max(0, Math.min(...times) - committedAt)
}

interface Following {
  readonly agent: Agent
  readonly heard: Heard
  readonly isRestless: boolean
  readonly over: AbortSignal
}

async function follow(url: string, { agent, heard, isRestless, over }: Following): Promise<void> {
  let lastId: string | null = null
  for (let connection = 0; !over.aborted; connection += 1) {
    const response = await open(url, agent, lastId)
    if (connection > 0) heard.reconnections += 1
    const stop = () => response.destroy()
    over.addEventListener('abort', stop, { once: true })
    const restless = isRestless ? setTimeout(stop, RESTLESS_MS * (0.5 + Math.random())) : null
    try {
      for await (const event of eventsOf(response)) {
        if (!continues(lastId, event)) heard.gaps += 1
        lastId = event.id
        if (!heard.at.has(event.counted)) heard.at.set(event.counted, performance.now())
      }
    } catch (error) {
      if (!response.destroyed) throw error
    }
    if (restless !== null) clearTimeout(restless)
    over.removeEventListener('abort', stop)
  }
}

function open(url: string, agent: Agent, lastId: string | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/event-stream', ...(lastId !== null && { 'last-event-id': lastId }) }
    get(url, { agent, headers }, (response) => {
      if (response.statusCode === 200) resolve(response)
      else reject(new Error(`the answer is ${response.statusCode}; expected 200`))
    }).on('error', reject)
  })
}

interface Heeded {
  readonly type: string
  readonly id: string
  readonly counted: number
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<Heeded> {
  let text = ''
  for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += part
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      const fields = new Map(frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
      const [id, data] = [fields.get('id'), fields.get('data')]
      if (id === undefined || data === undefined) continue
      const { progress } = JSON.parse(data) as { progress: { trials: { counted: number } } }
      yield { type: fields.get('event') ?? '', id, counted: progress.trials.counted }
    }
  }
}

/** A snapshot begins anew; anything else has the number that follows, by the same server's count. */
function continues(lastId: string | null, { type, id }: Heeded): boolean {
  if (type === 'snapshot') return true
  const [last, next] = [lastId, id].map((text) => /^([0-9a-f]+)-(\d+)/.exec(text ?? ''))
  return last?.[1] === next?.[1] && Number(next?.[2]) === Number(last?.[2]) + 1
}
