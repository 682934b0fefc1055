import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { openStore } from '@collapsar/store'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { startTestServer } from '../../../test/support/database.ts'
import { buildApi } from './app.ts'
import { isDatabaseOutage } from './database-outage.ts'

/** A way to the database that can be cut and mended. */
async function openWay(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const way = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => [near, far].forEach((end) => end.destroy()))
    }
    near.pipe(far).pipe(near)
  })
  const listen = (port: number) => new Promise<void>((resolve) => way.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = way.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    mend: () => listen(port),
    cut: () => {
      way.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

it('answers 503 with Retry-After while the database is away, lives on, and recovers', async () => {
  const server = await startTestServer()
  const way = await openWay(await server.createDatabase())
  const store = await openStore({ databaseUrl: way.url })
  const app = buildApi({ store, log: pino({ level: 'silent' }) })
  const submit = { method: 'POST', url: '/v1/sweeps', payload: { grid: { depth: 2, width: 2 }, inits: 100 } } as const
  const before = (await app.inject(submit)).json<{ id: string }>()

  way.cut()
  for (const request of [submit, { url: '/v1/sweeps' }, { url: `/v1/sweeps/${before.id}/surface` }, { url: '/readyz' }]) {
    const response = await app.inject(request)
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
    expect(response.json()).toMatchObject({ type: '/problems/database-unavailable', code: 'database-unavailable' })
    expect(response.body).not.toContain('127.0.0.1')
  }
  expect((await app.inject({ url: '/healthz' })).statusCode).toBe(200)

  await way.mend()
  expect((await app.inject({ url: '/readyz' })).statusCode).toBe(200)
  const list = (await app.inject({ url: '/v1/sweeps' })).json<{ sweeps: { id: string }[] }>()
  expect(list.sweeps.map((sweep) => sweep.id)).toEqual([before.id])
  await app.close()
  await store.close()
  way.cut()
  await server.close()
})

it('tells an outage from a failure of ours', () => {
  expect(isDatabaseOutage(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe(true)
  expect(isDatabaseOutage(new Error('query failed', { cause: Object.assign(new Error('x'), { code: '08006' }) }))).toBe(true)
  expect(isDatabaseOutage(new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]))).toBe(true)
  expect(isDatabaseOutage(Object.assign(new Error('syntax error'), { code: '42601' }))).toBe(false)
  expect(isDatabaseOutage(new TypeError('undefined is not a function'))).toBe(false)
})
