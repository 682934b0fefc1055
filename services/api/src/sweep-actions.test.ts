import { parseSweep } from '@collapsar/sweep'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestApi, recordTestBlocks } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'

const source = { name: 'map', grid: { depth: 2, width: 2 }, inits: 200, tags: ['a'], priority: 2 }
const [cell] = parseSweep(source).cells.map((one) => one.cell) as [string]

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

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
async function send(method: Method, url: string, payload?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await api.app.inject({ method, url, ...(payload !== undefined && { payload }) })
  return { status: response.statusCode, body: response.body === '' ? {} : response.json<Record<string, unknown>>() }
}
const submit = async (body: object = source) => `/v1/sweeps/${String((await send('POST', '/v1/sweeps', body)).body['id'])}`

it('pauses and resumes, as often as it is told', async () => {
  const sweep = await submit()
  for (const [action, state] of [['pause', 'paused'], ['pause', 'paused'], ['resume', 'active'], ['resume', 'active']]) {
    expect(await send('POST', `${sweep}/${action!}`)).toMatchObject({ status: 200, body: { state, finishedAt: null } })
  }
  await send('POST', `${sweep}/cancel`)
  expect(await send('POST', `${sweep}/resume`)).toMatchObject({ status: 409, body: { code: 'conflict' } })
})

it('extends a sweep that is done, and keeps the file as it was submitted', async () => {
  const sweep = await submit()
  await recordTestBlocks(api.store, cell, [0, 1], 10)
  await api.store.finishSweeps()
  const extension = { number: 1, inits: 300, maxInits: null, maxDeviceSeconds: null }
  expect(await send('POST', `${sweep}/extend`, { inits: 300 })).toMatchObject({ status: 200, body: { state: 'active', extension } })
  expect((await send('GET', sweep)).body).toMatchObject({ source, extension, progress: { trials: { requested: 300, counted: 200 } } })
})

it('shows the bounds that hold, where rounds go on', async () => {
  const sweep = await submit({ grid: { depth: 2, width: 2 }, until: { decide: [0.1], maxInits: 200 } })
  await send('POST', `${sweep}/extend`, { maxInits: 1000 })
  expect((await send('GET', `${sweep}/surface`)).body).toMatchObject({ sweep: { until: { decide: [0.1], maxInits: 1000, rounds: 0 } } })
})

it.each([
  [{}, 400, ''],
  [{ inits: 100 }, 409, '/inits'],
  [{ inits: 1.5 }, 400, '/inits'],
  [{ inits: 1_000_000_001 }, 400, '/inits'],
  [{ maxInits: 300 }, 409, '/maxInits'],
  [{ maxInits: 150 }, 400, '/maxInits'],
  [{ inits: 300, steps: 1 }, 400, '/steps'],
])('refuses to extend by %j with %d at %s', async (wish, status, pointer) => {
  const answer = await send('POST', `${await submit()}/extend`, wish)
  expect(answer.status).toBe(status)
  expect(answer.body['errors']).toMatchObject([{ pointer }])
})

it('labels a sweep from its file and anew', async () => {
  const sweep = await submit()
  expect((await send('GET', sweep)).body).toMatchObject({ name: 'map', owner: 'local', tags: ['a'], priority: 2 })
  expect(await send('PATCH', sweep, { tags: ['b', 'c'], priority: -10 })).toMatchObject({
    status: 200,
    body: { name: 'map', tags: ['b', 'c'], priority: -10 },
  })
  expect(await send('PATCH', sweep, { name: 'other' })).toMatchObject({ body: { name: 'other', tags: ['b', 'c'] } })
  for (const wrong of [{}, { tags: ['x y'] }, { priority: 11 }, { state: 'done' }, { name: 'a\u0000' }]) {
    expect((await send('PATCH', sweep, wrong)).status).toBe(400)
  }
})

it('deletes a sweep that is not active, once', async () => {
  const sweep = await submit()
  expect(await send('DELETE', sweep)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  await send('POST', `${sweep}/pause`)
  expect(await send('DELETE', sweep)).toEqual({ status: 204, body: {} })
  for (const method of ['DELETE', 'GET'] as const) expect((await send(method, sweep)).status).toBe(404)
})

it('says which engine a sweep waits for', async () => {
  const sweep = await submit({ ...source, engine: 'cuda' })
  const waitingFor = async () => (await send('GET', sweep)).body['waitingFor']
  await api.store.heartbeat({ id: 'c', engine: 'cpu', threads: 1 }, null)
  expect(await waitingFor()).toBe('No worker with an engine cuda is connected, which the sweep names.')
  await api.store.heartbeat({ id: 'g', engine: 'cuda', threads: 1 }, null)
  expect(await waitingFor()).toBeNull()
})
