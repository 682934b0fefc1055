import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openFaultProxy } from './fault-proxy.ts'
import type { FaultProxy } from './fault-proxy.ts'

let echo: Server
let proxy: FaultProxy
let clients: Socket[] = []
beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  proxy = await openFaultProxy(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`)
})
afterEach(async () => {
  for (const client of clients) client.destroy()
  clients = []
  await proxy.close()
  echo.close()
})

async function connected(): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
  clients.push(socket)
  let text = ''
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  await once(socket, 'connect')
  return { socket, received: () => text }
}

it('carries both directions, more than a buffer holds, unchanged', async () => {
  const { socket, received } = await connected()
  const text = Array.from({ length: 200_000 }, (_, index) => `${index} `).join('')
  socket.end(text)
  await once(socket, 'end')
  // Not as a whole: a difference would be printed.
  expect(received() === text).toBe(true)
})

it('rewrites an address and keeps user, password and database', () => {
  expect(proxy.through('postgres://me:secret@db.example:5432/sweeps')).toBe(`postgres://me:secret@127.0.0.1:${proxy.port}/sweeps`)
})

it('swallows: the connection stays open and silent, and what has lost bytes never comes back', async () => {
  const { socket, received } = await connected()
  socket.write('before ')
  await expect.poll(received).toBe('before ')
  proxy.impose({ kind: 'swallow' })
  socket.write('lost ')
  await expect.poll(() => proxy.strikes().swallowed).toBeGreaterThan(0)
  proxy.impose({ kind: 'none' })
  socket.write('after')
  await expect.poll(() => proxy.strikes().swallowed).toBe(2)
  expect(received()).toBe('before ')
  expect(socket.readyState).toBe('open')

  const fresh = await connected()
  fresh.socket.write('fresh')
  await expect.poll(fresh.received).toBe('fresh')
})

it('delays each piece, there and back, and keeps their order', async () => {
  const { socket, received } = await connected()
  proxy.impose({ kind: 'latency', ms: 60 })
  const started = performance.now()
  socket.write('first ')
  await expect.poll(() => proxy.strikes().delayed).toBeGreaterThan(0)
  socket.write('second')
  await expect.poll(received, { interval: 5 }).toBe('first second')
  // Two ways of 60 ms; a timer may be a millisecond early.
  expect(performance.now() - started).toBeGreaterThan(118)
})

it('pauses: holds what comes, and delivers it when the pause ends', async () => {
  const { socket, received } = await connected()
  proxy.impose({ kind: 'pause' })
  socket.write('held')
  await expect.poll(() => proxy.strikes().held).toBe(1)
  expect(received()).toBe('')
  proxy.impose({ kind: 'none' })
  await expect.poll(received).toBe('held')
})

it('resets the share of pieces that it is asked for', async () => {
  const draws = [0.9, 0.04]
  proxy.impose({ kind: 'reset', share: 0.05, uniform: () => draws.shift() ?? 1 })
  const { socket, received } = await connected()
  // Two draws for each echo: the first piece passes there and is broken on its way back.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write('x')
  await closed
  expect(received()).toBe('')
  expect(proxy.strikes()).toMatchObject({ connections: 1, resets: 1 })
})
