import { Value } from '@collapsar/schema'
import { parseSweep } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import { Surface } from '@collapsar/client'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestApi, recordTestBlocks } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'

const source = { name: 'two cells', grid: { depth: [2, 3], width: 2 }, inits: 200 }
const [first, second] = parseSweep(source).cells.map((cell) => cell.cell) as [string, string]

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

const post = (url: string, payload?: object, headers: Record<string, string> = {}) =>
  api.app.inject({ method: 'POST', url, headers, ...(payload !== undefined && { payload }) })
const get = (url: string, headers: Record<string, string> = {}) => api.app.inject({ method: 'GET', url, headers })
const submit = async (body: object = source) => (await post('/v1/sweeps', body)).json<{ id: string }>().id

describe('POST /v1/sweeps', () => {
  it('creates a sweep, says where it is and answers with it', async () => {
    const response = await post('/v1/sweeps', source)
    expect(response.statusCode).toBe(202)
    const body = response.json<Record<string, unknown>>()
    expect(response.headers['location']).toBe(`/v1/sweeps/${String(body['id'])}`)
    expect(body).toMatchObject({ name: 'two cells', state: 'active', finishedAt: null, reused: 0 })
    expect((await api.store.sweeps(10)).map((sweep) => sweep.id)).toEqual([body['id']])
  })

  it('makes one sweep of twenty submits in parallel with one key', async () => {
    const headers = { 'idempotency-key': 'once' }
    const responses = await Promise.all(Array.from({ length: 20 }, () => post('/v1/sweeps', source, headers)))
    expect(new Set(responses.map((response) => response.statusCode))).toEqual(new Set([202]))
    expect(new Set(responses.map((response) => response.body)).size).toBe(1)
    expect(await api.store.sweeps(100)).toHaveLength(1)
  })

  it('refuses another sweep under a used key', async () => {
    await post('/v1/sweeps', source, { 'idempotency-key': 'k' })
    const response = await post('/v1/sweeps', { ...source, inits: 300 }, { 'idempotency-key': 'k' })
    expect(response.statusCode).toBe(422)
    expect(response.json()).toMatchObject({ type: '/problems/idempotency-mismatch' })
    expect(await api.store.sweeps(100)).toHaveLength(1)
  })

  it('takes a plan hash that still holds and refuses one that does not', async () => {
    const { planHash } = (await post('/v1/plans', source)).json<{ planHash: string }>()
    expect((await post(`/v1/sweeps?planHash=${planHash}`, source)).statusCode).toBe(202)
    await recordTestBlocks(api.store, first, [0], 30)
    const stale = await post(`/v1/sweeps?planHash=${planHash}`, source)
    expect(stale.statusCode).toBe(409)
    expect(stale.json()).toMatchObject({ code: 'conflict' })
    expect(await api.store.sweeps(100)).toHaveLength(1)
  })

  it('refuses a block of over an hour unless it is allowed', async () => {
    const slow = { grid: { depth: 200, width: 256 }, inits: 100, problem: { points: 65536 } }
    const refused = await post('/v1/sweeps', slow)
    expect(refused.statusCode).toBe(422)
    expect(refused.json()).toMatchObject({ code: 'too-slow', errors: [{ pointer: '/grid' }] })
    expect((await post('/v1/sweeps?allowSlow=true', slow)).statusCode).toBe(202)
  })

  it('reports every problem of a file with its pointer', async () => {
    const response = await post('/v1/sweeps', { grid: { depth: 1, width: 'x' }, inits: -1, extra: 1 })
    expect(response.statusCode).toBe(422)
    const { errors } = response.json<{ errors: { pointer: string }[] }>()
    expect(errors.map((problem) => problem.pointer).toSorted()).toEqual(['/extra', '/grid/depth', '/grid/width', '/inits'])
  })

  it('counts what exists as reused', async () => {
    await submit()
    await recordTestBlocks(api.store, first, [0, 1], 0)
    expect((await post('/v1/sweeps', source)).json()).toMatchObject({ reused: 200 })
  })
})

describe('GET /v1/sweeps', () => {
  it('lists the newest first, as many as asked for', async () => {
    const ids = [await submit(), await submit(), await submit()]
    const list = async (query: string) =>
      (await get(`/v1/sweeps${query}`)).json<{ sweeps: { id: string }[] }>().sweeps.map((sweep) => sweep.id)
    expect(await list('')).toEqual(ids.toReversed())
    expect(await list('?limit=2')).toEqual(ids.toReversed().slice(0, 2))
  })
})

describe('GET /v1/sweeps/{id}', () => {
  it('tells the progress and the file as it was submitted', async () => {
    const id = await submit()
    await recordTestBlocks(api.store, first, [0, 1], 50)
    await recordTestBlocks(api.store, second, [0], 50)
    expect((await get(`/v1/sweeps/${id}`)).json()).toMatchObject({
      id,
      source,
      progress: { cells: { total: 2, complete: 1 }, trials: { requested: 400, counted: 300, gaps: 0 } },
      gaps: [],
    })
  })

  it('answers 304 while nothing changed, and 200 after', async () => {
    const id = await submit()
    const tag = String((await get(`/v1/sweeps/${id}`)).headers['etag'])
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/)
    const unchanged = await get(`/v1/sweeps/${id}`, { 'if-none-match': `"other", ${tag}` })
    expect([unchanged.statusCode, unchanged.body]).toEqual([304, ''])
    // Of a 304 they would be taken for those of the document (RFC 9110, 8.6).
    expect([unchanged.headers['content-length'], unchanged.headers['content-type']]).toEqual([undefined, undefined])
    await recordTestBlocks(api.store, first, [0], 0)
    expect((await get(`/v1/sweeps/${id}`, { 'if-none-match': tag })).statusCode).toBe(200)
  })
})

describe('GET /v1/sweeps/{id}/surface', () => {
  it('gives the document that fits its schema', async () => {
    const id = await submit()
    await recordTestBlocks(api.store, first, [0, 1], 30)
    const response = await get(`/v1/sweeps/${id}/surface`)
    expect(response.headers['content-type']).toContain('application/json')
    const document = response.json<SweepDocument>()
    expect(Value.Errors(Surface, document)).toEqual([])
    expect(document.sweep).toMatchObject({ id, name: 'two cells', state: 'active', trials: 200, reused: 0 })
    expect(document.cells[0]).toMatchObject({ cell: first, depth: 2, width: 2, trials: 200, inits: 200, gaps: 0 })
    expect(document.cells[0]?.outcomes).toMatchObject({ born_dead: 60, converged: 140 })
    expect(document.cells[0]?.collapse.estimate).toBe(0.3)
    expect(document.cells[1]?.collapse).toMatchObject({ estimate: null, low: 0, high: 1 })
  })

  it('labels the cells of a sweep with axes', async () => {
    const id = await submit({ ...source, axes: { 'training.loss': ['mse', 'mae'] } })
    const { cells } = (await get(`/v1/sweeps/${id}/surface`)).json<SweepDocument>()
    expect(cells.map((cell) => cell.axes?.['training.loss'])).toEqual(['mse', 'mse', 'mae', 'mae'])
  })

  it.each([
    ['csv', 'text/csv; charset=utf-8', 'cell,'],
    ['svg', 'image/svg+xml', '<svg'],
    ['png', 'image/png', '\x89PNG'],
    ['parquet', 'application/vnd.apache.parquet', 'PAR1'],
    ['table', 'text/plain; charset=utf-8', ''],
  ])('gives %s by name and by Accept', async (format, mediaType, beginning) => {
    const id = await submit()
    await recordTestBlocks(api.store, first, [0, 1], 30)
    const byName = await get(`/v1/sweeps/${id}/surface?format=${format}`)
    const byAccept = await get(`/v1/sweeps/${id}/surface`, { accept: `${mediaType.split(';')[0]}, application/json;q=0.5` })
    for (const response of [byName, byAccept]) {
      expect([response.statusCode, response.headers['content-type']]).toEqual([200, mediaType])
      expect(response.rawPayload.toString('latin1')).toContain(beginning)
      expect(response.headers['content-disposition']).toMatch(/^inline; filename="sw-[0-9a-f]+\.\w+"$/)
    }
  })

  it('answers 304 by the counts alone, for each format by itself', async () => {
    const id = await submit()
    const tag = String((await get(`/v1/sweeps/${id}/surface`)).headers['etag'])
    expect((await get(`/v1/sweeps/${id}/surface`, { 'if-none-match': tag })).statusCode).toBe(304)
    expect((await get(`/v1/sweeps/${id}/surface?format=csv`, { 'if-none-match': tag })).statusCode).toBe(200)
    await recordTestBlocks(api.store, second, [0], 0)
    expect((await get(`/v1/sweeps/${id}/surface`, { 'if-none-match': tag })).statusCode).toBe(200)
  })
})

describe('actions', () => {
  it('cancels an active sweep, again without effect', async () => {
    const id = await submit()
    const cancelled = await post(`/v1/sweeps/${id}/cancel`)
    expect([cancelled.statusCode, cancelled.json<{ state: string }>().state]).toEqual([200, 'cancelled'])
    expect((await post(`/v1/sweeps/${id}/cancel`, {})).json()).toEqual(cancelled.json())
  })

  it('refuses to cancel a sweep that is done and to retry one that is cancelled', async () => {
    const done = await submit({ ...source, grid: { depth: 2, width: 2 } })
    await recordTestBlocks(api.store, first, [0, 1], 0)
    await api.store.finishSweeps()
    expect((await post(`/v1/sweeps/${done}/cancel`)).json()).toMatchObject({ status: 409, code: 'conflict' })
    const cancelled = await submit()
    await post(`/v1/sweeps/${cancelled}/cancel`)
    expect((await post(`/v1/sweeps/${cancelled}/retry`)).json()).toMatchObject({ status: 409, code: 'conflict' })
  })

  it('shows lost blocks with their reason and tries them again', async () => {
    const id = await submit({ ...source, grid: { depth: 2, width: 2 } })
    await loseBlock(first, 1)
    expect((await get(`/v1/sweeps/${id}`)).json()).toMatchObject({
      progress: { trials: { gaps: 0 } },
      gaps: [{ cell: first, block: 1, reason: 'it threw' }],
    })
    const retried = await post(`/v1/sweeps/${id}/retry`)
    expect([retried.statusCode, retried.json()]).toMatchObject([200, { sweep: { id, state: 'active' }, blocks: 1 }])
    expect((await get(`/v1/sweeps/${id}`)).json()).toMatchObject({ gaps: [] })
    expect((await post(`/v1/sweeps/${id}/retry`)).json()).toMatchObject({ blocks: 0 })
  })
})

/** A chunk of one block that fails until it is a terminal gap. */
async function loseBlock(cell: string, block: number): Promise<void> {
  await api.store.issue([{ id: 'c-lost', cell, engine: 'cpu', firstBlock: block, blocks: 1 }])
  let fate = 'retry'
  while (fate === 'retry') fate = await api.store.fail('c-lost', 'it threw')
  expect(fate).toBe('gap')
}

describe('POST /v1/plans', () => {
  it('counts what a sweep would do and creates nothing', async () => {
    await submit()
    await recordTestBlocks(api.store, first, [0, 1], 0)
    await recordTestBlocks(api.store, second, [0], 0)
    const plan = await post('/v1/plans', source)
    expect(plan.statusCode).toBe(200)
    expect(plan.json()).toMatchObject({
      cells: { total: 2, cached: 1, partial: 1, new: 0 },
      trials: { requested: 400, reused: 300, toRun: 100 },
      blocks: 1,
    })
    expect(plan.json()).not.toHaveProperty('explain')
    expect(await api.store.sweeps(100)).toHaveLength(1)
  })

  it('explains each cell when asked', async () => {
    const { explain } = (await post('/v1/plans?explain=true', source)).json<{ explain: { cell: string; status: string }[] }>()
    expect(explain.map(({ cell, status }) => [cell, status])).toEqual([[first, 'new'], [second, 'new']])
  })
})

describe('health and descriptions', () => {
  it('is live and ready', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
    expect((await get('/readyz')).json()).toEqual({ status: 'ok' })
  })

  it('is live but not ready while the database is gone, and says when to come back', async () => {
    await api.store.close()
    expect((await get('/healthz')).statusCode).toBe(200)
    const response = await get('/readyz')
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
    expect(response.json()).toMatchObject({ code: 'database-unavailable' })
    api = await openTestApi(server)
  })

  it('serves the schema of a sweep file', async () => {
    const response = await get('/schema/sweep/v1.json')
    expect(response.headers['content-type']).toBe('application/schema+json')
    expect(response.json()).toMatchObject({ $id: '/schema/sweep/v1.json', required: ['grid'], additionalProperties: false })
  })

  it('explains the type of a problem where it points', async () => {
    const { type } = (await get('/v1/sweeps/none')).json<{ type: string }>()
    expect((await get(type)).json()).toEqual({ code: 'not-found', title: 'Not found', status: 404 })
  })

  it('describes every route in OpenAPI by the schemas that validate', async () => {
    const document = (await get('/v1/openapi.json')).json<{ openapi: string; paths: Record<string, object> }>()
    expect(document.openapi).toBe('3.1.0')
    expect(document.paths['/v1/sweeps']).toMatchObject({
      post: { requestBody: { content: { 'application/json': { schema: { required: ['grid'] } } } } },
    })
  })
})

describe('every answer', () => {
  it('carries the headers of helmet and allows no other origin', async () => {
    const { headers } = await get('/healthz')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  it('is logged in one line without headers, query or body', async () => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    const logged = await openTestApi(server, log)
    await logged.app.inject({
      method: 'POST',
      url: '/v1/plans?explain=true&secret=query-secret',
      headers: { authorization: 'Bearer header-secret' },
      payload: { name: 'body-secret' },
    })
    await logged.close()
    const answers = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['msg'] === 'request answered')
    expect(answers).toMatchObject([{ method: 'POST', route: '/v1/plans', status: 400 }])
    expect(lines.join('')).not.toContain('secret')
  })
})
