import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestApi } from '../../../../test/support/api.ts'
import type { TestApi } from '../../../../test/support/api.ts'
import { runSql, startTestServer } from '../../../../test/support/database.ts'
import type { TestServer } from '../../../../test/support/database.ts'

let server: TestServer
let api: TestApi
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  api = await openTestApi(server)
})
afterEach(() => api.close())

const get = (url: string) => api.app.inject({ method: 'GET', url })

it('lists workers with their machine and what they have in hand, those first that live', async () => {
  const worker = { id: 'node-3-41', engine: 'cpu' as const, threads: 2, version: '7', device: 'A processor', host: 'node-3', pid: 41 }
  await api.store.heartbeat({ id: 'earlier', engine: 'cpu', threads: 1 }, null)
  await api.store.retire('earlier')
  await api.store.heartbeat(worker, 2e9, { state: 'active', chunks: ['c-1'] })
  const response = await get('/v1/workers')
  expect(response.statusCode).toBe(200)
  const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(response.json()).toMatchObject({
    workers: [
      { ...worker, state: 'active', flopsPerSecond: 2e9, chunks: ['c-1'], startedAt: instant, lastSeen: instant },
      { id: 'earlier', state: 'gone', flopsPerSecond: null, pid: null, chunks: [] },
    ],
  })
  expect((await get('/v1/workers?limit=1')).json<{ workers: { id: string }[] }>().workers.map(({ id }) => id)).toEqual(['node-3-41'])
})

it.each(['0', '1001', '-1', '1e2', 'all'])('refuses limit=%s', async (limit) => {
  const response = await get(`/v1/workers?limit=${limit}`)
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({ errors: [{ pointer: '/query/limit' }] })
})

it('trusts the place of a quarantined worker again, once it is one', async () => {
  const trust = (id: string) => api.app.inject({ method: 'POST', url: `/v1/workers/${id}/trust` })
  const beat = (id: string) => api.store.heartbeat({ id, engine: 'cpu', threads: 1, host: 'node-3', device: 'A processor' }, null)
  await beat('node-3-41')
  expect((await trust('node-3-41')).json()).toMatchObject({ status: 409, detail: expect.stringContaining('"node-3-41" is active') as unknown })
  expect((await trust('nobody')).statusCode).toBe(404)
  expect((await trust('a%20b')).statusCode).toBe(400)
  await runSql(api.databaseUrl, `UPDATE workers SET state = 'quarantined', reason = 'audit 1'`)
  expect(await beat('node-3-42')).toBe('quarantined')
  const answer = await trust('node-3-41')
  expect([answer.statusCode, answer.json()]).toEqual([200, { workers: ['node-3-41', 'node-3-42'] }])
  expect(await beat('node-3-43')).toBe('active')
})
