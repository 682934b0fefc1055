import { createServer, request } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { EventRing } from './event-ring.ts'
import { EventStream } from './event-stream.ts'
import type { EventSource } from './event-stream.ts'

/** More than the buffers of a loopback connection hold. */
const EVENT_BYTES = 8 * 1024 * 1024

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

/** A response that is being sent to a client which does not read yet. */
async function unread(): Promise<{ response: ServerResponse; client: IncomingMessage }> {
  const server = createServer()
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const sent = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).end()
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  response.writeHead(200).flushHeaders()
  const [client] = (await once(sent, 'response')) as [IncomingMessage]
  client.on('error', () => undefined)
  return { response, client }
}

/** Events of 8 MiB that begin with their own name. */
function largeSource(events: number): EventSource & { push(): void } {
  const ring = new EventRing({ events, bytes: Infinity })
  const large = (name: string) => Buffer.alloc(EVENT_BYTES, ' ').fill(name, 0, name.length)
  return {
    get last() {
      return ring.last
    },
    reaches: (number) => ring.reaches(number),
    at: (number) => ring.at(number),
    snapshot: () => large(`[snapshot ${ring.last}]`),
    end: () => null,
    push: () => ring.push((number) => large(`[event ${number}]`)),
  }
}

async function namesRead(client: IncomingMessage, last: string): Promise<string[]> {
  let text = ''
  client.setEncoding('latin1').on('data', (piece: string) => (text += piece.trim()))
  await expect.poll(() => text.endsWith(last), { timeout: 20_000 }).toBe(true)
  return text.match(/\[[^\]]+\]/g) ?? []
}

describe('a client that reads slowly', () => {
  it('has one event waiting at most, and then gets all that it missed', async () => {
    const { response, client } = await unread()
    const source = largeSource(10)
    const stream = new EventStream(response, source, null)
    stream.pump()
    for (let number = 1; number <= 5; number += 1) {
      source.push()
      stream.pump()
      expect(response.writableLength).toBeLessThan(1.01 * EVENT_BYTES)
    }
    const names = await namesRead(client, '[event 5]')
    expect(names).toEqual(['[snapshot 0]', ...[1, 2, 3, 4, 5].map((number) => `[event ${number}]`)])
  })

  it('gets a snapshot in place of what is not kept any more', async () => {
    const { response, client } = await unread()
    const source = largeSource(2)
    const stream = new EventStream(response, source, null)
    stream.pump()
    for (let number = 1; number <= 5; number += 1) {
      source.push()
      stream.pump()
    }
    expect(await namesRead(client, '[snapshot 5]')).toEqual(['[snapshot 0]', '[snapshot 5]'])
  })

  it('is let go when it has taken nothing for long', async () => {
    const { response } = await unread()
    const stream = new EventStream(response, largeSource(1), null)
    stream.pump()
    stream.beat(60_000)
    expect(response.destroyed).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 20))
    stream.beat(10)
    expect(response.destroyed).toBe(true)
  })
})

describe('EventRing', () => {
  it('keeps the last events within both bounds', () => {
    const ring = new EventRing({ events: 3, bytes: 10 })
    const push = (text: string) => ring.push(() => Buffer.from(text))
    expect([ring.last, ring.reaches(0), ring.reaches(1), ring.at(1)]).toEqual([0, true, false, null])
    for (const text of ['a', 'b', 'c', 'd']) push(text)
    expect([1, 2, 3, 4, 5].map((number) => ring.at(number)?.toString() ?? null)).toEqual([null, 'b', 'c', 'd', null])
    expect([0, 1, 4, 5].map((number) => ring.reaches(number))).toEqual([false, true, true, false])
    push('12345678')
    expect([3, 4, 5].map((number) => ring.at(number)?.toString() ?? null)).toEqual(['c', 'd', '12345678'])
    push('12345678901')
    expect([5, 6].map((number) => ring.at(number))).toEqual([null, null])
    expect([ring.last, ring.reaches(6), ring.reaches(5)]).toEqual([6, true, false])
  })
})
