import { parseSweep } from '@collapsar/sweep'
import type { Scope } from '@collapsar/sweep'
import Fastify from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { routesOf } from '../../../test/support/routes.ts'
import type { Route } from '../../../test/support/routes.ts'
import { guardAccess } from './access.ts'
import type { Api } from './api.ts'
import { buildApi } from './app.ts'
import { FAILURES_PER_MINUTE } from './rate-limits.ts'

const source = { grid: { depth: 2, width: 2 }, inits: 100 }
const CALLERS = ['none', 'nonsense', 'read', 'submit', 'admin', 'worker', 'other', 'expired', 'revoked'] as const
type CallerName = (typeof CALLERS)[number]

/** What becomes of a request: in, or refused with this status. `other` holds the scope submit, and not the sweep. */
type Fate = 'in' | 401 | 403
const NO_KEY = { none: 401, nonsense: 401, expired: 401, revoked: 401 } as const
const MATRIX: Readonly<Record<string, Readonly<Record<CallerName, Fate>>>> = {
  open: { none: 'in', nonsense: 'in', expired: 'in', revoked: 'in', read: 'in', submit: 'in', admin: 'in', worker: 'in', other: 'in' },
  read: { ...NO_KEY, read: 'in', submit: 'in', admin: 'in', worker: 403, other: 'in' },
  submit: { ...NO_KEY, read: 403, submit: 'in', admin: 'in', worker: 403, other: 'in' },
  owned: { ...NO_KEY, read: 403, submit: 'in', admin: 'in', worker: 403, other: 403 },
  admin: { ...NO_KEY, read: 403, submit: 403, admin: 'in', worker: 403, other: 403 },
  worker: { ...NO_KEY, read: 403, submit: 403, admin: 'in', worker: 'in', other: 403 },
}

/** Routes that need no key, and those that change nothing although they are posted. Everything else goes by `ruleOf`. */
const OPEN = ['GET /healthz', 'GET /readyz', 'GET /schema/sweep/v1.json', 'GET /problems/:code', 'GET /v1/openapi.json']
const DRY = ['POST /v1/plans']

let server: TestServer
let api: TestApi
const headers: Record<CallerName, Record<string, string>> = { ...blank(), nonsense: { authorization: 'Bearer clps_nonsense' } }
const owners: Partial<Record<CallerName, string>> = {}
let routes: readonly Route[]
let scopes: ReadonlyMap<string, Scope | null>

function blank(): Record<CallerName, Record<string, string>> {
  return Object.fromEntries(CALLERS.map((name) => [name, {}])) as Record<CallerName, Record<string, string>>
}

/** Each request of the matrix comes from an address of its own: one that is refused too often gets another answer. */
let addresses = 0
function newAddress(): string {
  addresses += 1
  return `10.0.${addresses >> 8}.${addresses & 255}`
}

beforeAll(async () => {
  server = await startTestServer()
  api = await openTestApi(server)
  const give = async (name: CallerName, scope: Scope, expiresAt: Date | null = null) => {
    const { key, secret } = await api.store.keys.create({ name, scopes: [scope], expiresAt })
    headers[name] = { authorization: `Bearer ${secret}` }
    owners[name] = key.id
  }
  for (const scope of ['read', 'submit', 'admin', 'worker'] as const) await give(scope, scope)
  await give('other', 'submit')
  await give('expired', 'admin', new Date(Date.now() - 1000))
  await give('revoked', 'admin')
  await api.store.keys.revoke(owners.revoked!)
  routes = await routesOf(api.app)
  scopes = await describedScopes()
})
afterAll(async () => {
  await api.close()
  await server.close()
})

/** What the description says of each route. */
async function describedScopes(): Promise<ReadonlyMap<string, Scope | null>> {
  type Paths = Record<string, Record<string, { security: { key?: [Scope] }[] }>>
  const { paths } = (await api.app.inject('/v1/openapi.json')).json<{ paths: Paths }>()
  return new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { security }]) => [
        `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        security[0]?.key?.[0] ?? null,
      ]),
    ),
  )
}

/** The row of the matrix: by the scope that is described, and by the address for sweeps that are acted on. */
function rowOf({ method, url }: Route): string {
  const scope = scopes.get(`${method} ${url}`)
  if (scope === undefined) throw new Error(`${method} ${url} is not described`)
  if (scope === 'submit' && url.startsWith('/v1/sweeps/:id')) return 'owned'
  return scope ?? 'open'
}

/** A sweep of the key `submit`, new for each case: the case may delete it. */
async function newSweep(owner: string): Promise<string> {
  const { name, cells } = parseSweep(source)
  return (await api.store.createSweep({ name, source, cells, owner })).sweep.id
}

describe('every route of the router, for everybody', () => {
  it.each(CALLERS)('%s', async (caller) => {
    expect(routes.length).toBeGreaterThanOrEqual(15)
    const got: [string, Fate][] = []
    const expected: [string, Fate][] = []
    for (const route of routes) {
      const place = `${route.method} ${route.url}`
      const url = route.url.replace('/v1/sweeps/:id', `/v1/sweeps/${await newSweep(owners.submit!)}`).replaceAll(/:\w+/g, 'x')
      const response = await api.app.inject({
        method: route.method as 'GET',
        url,
        headers: headers[caller],
        remoteAddress: newAddress(),
        // Answers once the head is there: an event stream would go on for ever.
        payloadAsStream: true,
        ...(route.method !== 'GET' && { payload: {} }),
      })
      response.stream().destroy()
      const { statusCode } = response
      got.push([place, statusCode === 401 || statusCode === 403 ? statusCode : 'in'])
      expected.push([place, MATRIX[rowOf(route)]![caller]])
      if (statusCode === 401) expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="collapsar"/)
      expect(statusCode).toBeLessThan(500)
    }
    expect(got).toEqual(expected)
  })

  it('is open, or for readers, only where nothing is changed', () => {
    for (const { method, url } of routes) {
      const place = `${method} ${url}`
      const scope = scopes.get(place)
      expect([place, scope === null]).toEqual([place, OPEN.includes(place)])
      if (method !== 'GET' && !DRY.includes(place)) expect([place, scope === 'read']).toEqual([place, false])
    }
  })

  it('stops a service from starting that has a route without a scope', async () => {
    const app: Api = Fastify({ loggerInstance: pino({ level: 'silent' }) })
    guardAccess(app, api.store)
    app.get('/v1/forgotten', async () => ({}))
    await expect(app.ready()).rejects.toThrow('routes without a scope: GET /v1/forgotten')
    await app.close()
  })
})

describe('a refusal', () => {
  it('says what is needed and nothing of the key that was sent', async () => {
    const cases: [CallerName, number, string, string][] = [
      ['none', 401, 'has no API key', 'Bearer realm="collapsar"'],
      ['nonsense', 401, 'is not one of this service', 'Bearer realm="collapsar", error="invalid_token"'],
      ['expired', 401, 'expired at 20', 'Bearer realm="collapsar", error="invalid_token"'],
      ['revoked', 401, 'was revoked at 20', 'Bearer realm="collapsar", error="invalid_token"'],
      ['read', 403, 'has the scope read; accepted: submit or admin', 'Bearer realm="collapsar", error="insufficient_scope", scope="submit"'],
    ]
    for (const [caller, status, detail, challenge] of cases) {
      const response = await api.app.inject({ method: 'POST', url: '/v1/sweeps', payload: source, headers: headers[caller], remoteAddress: newAddress() })
      expect([response.statusCode, response.headers['www-authenticate']]).toEqual([status, challenge])
      expect(response.json<{ detail: string }>().detail).toContain(detail)
      expect(response.body).not.toContain('clps_')
    }
  })

  it.each(['Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'bearer x y', `Bearer ${'x'.repeat(10_000)}`, '\u00ff', 'Bearer null', 'Bearer clps_', "Bearer ' OR 1=1 --"])(
    'meets the header %j',
    async (authorization) => {
      const response = await api.app.inject({ url: '/v1/sweeps', headers: { authorization }, remoteAddress: newAddress() })
      expect([response.statusCode, response.headers['content-type']]).toEqual([401, 'application/problem+json'])
    },
  )

  it('comes before the body is looked at', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/v1/sweeps', payload: '{', headers: { 'content-type': 'application/json' }, remoteAddress: newAddress() })
    expect(response.statusCode).toBe(401)
  })
})

describe('with keys', () => {
  it('a request may come for any host and from any page: a key is not sent by accident', async () => {
    const response = await api.app.inject({ url: '/v1/sweeps', headers: { ...headers.read, host: 'collapsar.example', origin: 'https://pages.example' } })
    expect(response.statusCode).toBe(200)
    expect((await api.app.inject({ url: '/healthz', headers: { host: 'collapsar.example' } })).statusCode).toBe(200)
  })

  it('a sweep belongs to the key that submitted it', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/v1/sweeps', payload: source, headers: headers.submit })
    expect((await api.store.sweep(response.json<{ id: string }>().id))?.owner).toBe(owners.submit)
  })

  it('two keys may use one idempotency key', async () => {
    const submit = (name: CallerName) =>
      api.app.inject({ method: 'POST', url: '/v1/sweeps', payload: source, headers: { ...headers[name], 'idempotency-key': 'same' } })
    const ids = (await Promise.all([submit('submit'), submit('other'), submit('submit')])).map((response) => response.json<{ id: string }>().id)
    expect([ids[0] === ids[2], ids[0] === ids[1]]).toEqual([true, false])
  })
})

describe('/v1/keys', () => {
  it('creates a key that works at once, lists it without the secret, and revokes it', async () => {
    const created = await api.app.inject({ method: 'POST', url: '/v1/keys', headers: headers.admin, payload: { name: 'new', scopes: ['read'], maxCells: 3 } })
    expect([created.statusCode, created.headers['cache-control']]).toEqual([201, 'no-store'])
    const { key, id } = created.json<{ key: string; id: string }>()
    expect((await api.app.inject({ url: '/v1/sweeps', headers: { authorization: `Bearer ${key}` } })).statusCode).toBe(200)
    const list = await api.app.inject({ url: '/v1/keys?limit=1', headers: headers.admin })
    // Not passed over: whoever filters keys must not get all of them.
    expect((await api.app.inject({ url: '/v1/keys?state=active', headers: headers.admin })).statusCode).toBe(400)
    expect(list.json()).toMatchObject({ keys: [{ id, name: 'new', scopes: ['read'], maxCells: 3, maxTrials: null, revokedAt: null, lastUsedAt: expect.any(String) }] })
    expect(list.body).not.toContain(key)
    const revoked = await api.app.inject({ method: 'POST', url: `/v1/keys/${id}/revoke`, headers: headers.admin })
    expect(revoked.json()).toMatchObject({ id, revokedAt: expect.stringMatching(/Z$/) })
    expect((await api.app.inject({ method: 'POST', url: '/v1/keys/key-0000000000000000/revoke', headers: headers.admin })).statusCode).toBe(404)
  })
})

describe('quotas', () => {
  const keyed = async (quotas: object) => {
    const { secret } = await api.store.keys.create({ name: 'small', scopes: ['submit'], ...quotas })
    return (url: string, payload: object) => api.app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${secret}` } })
  }

  it.each([
    ['maxCells', { maxCells: 3 }, 'The sweep has 4 cells; the quota of this API key allows up to 3 cells.'],
    ['maxTrials', { maxTrials: 399 }, 'The sweep asks for up to 400 trials; the quota of this API key allows up to 399 trials.'],
  ])('%s is counted over the whole sweep', async (_, quota, detail) => {
    const submit = await keyed(quota)
    const sweep = { grid: { depth: [2, 3], width: [2, 3] }, inits: 100 }
    for (const url of ['/v1/sweeps', '/v1/plans']) {
      const refused = await submit(url, sweep)
      expect([refused.statusCode, refused.json<{ code: string; detail: string }>()]).toMatchObject([403, { code: 'quota', detail }])
    }
    expect((await submit('/v1/sweeps', { ...sweep, grid: { depth: 2, width: [2, 3] } })).statusCode).toBe(202)
  })

  it('maxTrials cannot be passed by extending', async () => {
    const submit = await keyed({ maxTrials: 400 })
    const { id } = (await submit('/v1/sweeps', { grid: { depth: [2, 3], width: 2 }, inits: 100 })).json<{ id: string }>()
    expect((await submit(`/v1/sweeps/${id}/extend`, { inits: 300 })).json()).toMatchObject({ status: 403, code: 'quota', detail: expect.stringContaining('up to 600 trials') })
    expect((await submit(`/v1/sweeps/${id}/extend`, { inits: 200 })).statusCode).toBe(200)
  })

  it('maxDeviceSeconds is what the plan expects', async () => {
    const submit = await keyed({ maxDeviceSeconds: 1e-6 })
    const refused = await submit('/v1/sweeps', { grid: { depth: 10, width: 50 }, inits: 1000, seed: 77 })
    expect(refused.json()).toMatchObject({ status: 403, code: 'quota', detail: expect.stringContaining('allows up to 0.000001 device-seconds') })
  })

  it('maxActiveSweeps is free again after a cancellation', async () => {
    const submit = await keyed({ maxActiveSweeps: 1 })
    const { id } = (await submit('/v1/sweeps', source)).json<{ id: string }>()
    expect((await submit('/v1/sweeps', source)).json()).toMatchObject({ status: 403, code: 'quota' })
    expect((await submit(`/v1/sweeps/${id}/cancel`, {})).statusCode).toBe(200)
    expect((await submit('/v1/sweeps', source)).statusCode).toBe(202)
  })
})

describe('rates', () => {
  it('are counted by key: the next request in the minute waits', async () => {
    const secrets = await Promise.all([1, 2].map(async () => (await api.store.keys.create({ name: 'slow', scopes: ['read'], requestsPerMinute: 3 })).secret))
    const ask = (secret: string) => api.app.inject({ url: '/v1/sweeps?limit=1', headers: { authorization: `Bearer ${secret}` } })
    const answers = []
    for (let count = 0; count < 5; count += 1) answers.push(await ask(secrets[0]!))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429, 429])
    expect(answers[3]!.json()).toMatchObject({ code: 'too-many-requests', detail: expect.stringContaining('more than 3 requests a minute') })
    const wait = Number(answers[3]!.headers['retry-after'])
    expect([wait >= 1, wait <= 60]).toEqual([true, true])
    expect((await ask(secrets[1]!)).statusCode).toBe(200)
  })

  it('are counted by address for keys that are refused, and valid keys are not refused for it', async () => {
    const from = (remoteAddress: string, given: Record<string, string>) => api.app.inject({ url: '/v1/sweeps?limit=1', headers: given, remoteAddress })
    const statuses = []
    for (let count = 0; count <= FAILURES_PER_MINUTE; count += 1) statuses.push((await from('192.0.2.1', headers.nonsense)).statusCode)
    expect(statuses).toEqual([...Array<number>(FAILURES_PER_MINUTE).fill(401), 429])
    expect((await from('192.0.2.2', headers.nonsense)).statusCode).toBe(401)
    expect((await from('192.0.2.1', headers.read)).statusCode).toBe(200)
  })

  it('tell callers behind a trusted proxy apart, and believe nobody else', async () => {
    const app = buildApi({ store: api.store, log: pino({ level: 'silent' }), trustedProxies: ['198.51.100.0/24'] })
    const statusOf = async (remoteAddress: string, forwarded: string) =>
      (await app.inject({ url: '/v1/sweeps', headers: { ...headers.nonsense, 'x-forwarded-for': forwarded }, remoteAddress })).statusCode
    for (let count = 0; count < FAILURES_PER_MINUTE; count += 1) await statusOf('198.51.100.1', '203.0.113.1')
    expect(await statusOf('198.51.100.2', '203.0.113.1')).toBe(429)
    // What a caller writes before the proxy's own entry is not read.
    expect(await statusOf('198.51.100.1', '203.0.113.9, 203.0.113.1')).toBe(429)
    expect(await statusOf('198.51.100.1', '203.0.113.2')).toBe(401)
    for (let count = 0; count < FAILURES_PER_MINUTE; count += 1) await statusOf('203.0.113.7', `192.0.2.${count}`)
    expect(await statusOf('203.0.113.7', '192.0.2.200')).toBe(429)
    await app.close()
  })
})

it('writes no key into the log, whatever happens', async () => {
  const lines: string[] = []
  const logged = await openTestApi(server, pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }))
  const { key, secret } = await logged.store.keys.create({ name: 'a', scopes: ['admin'] })
  const wrong = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`
  for (const given of [secret, wrong]) {
    const authorization = `Bearer ${given}`
    await logged.app.inject({ url: '/v1/sweeps', headers: { authorization } })
    await logged.app.inject({ method: 'POST', url: '/v1/keys', headers: { authorization }, payload: { name: 'b', scopes: ['read'] } })
    await logged.app.inject({ url: `/v1/sweeps?key=${given}` })
    await logged.app.inject({ url: `/v1/${given}`, headers: { authorization } })
  }
  await logged.store.close()
  await logged.app.inject({ url: '/v1/sweeps/x', headers: { authorization: `Bearer ${secret}` } })
  await logged.app.close()
  expect(lines.length).toBeGreaterThan(8)
  expect(lines.join('')).toContain(key.id.slice(0, 4))
  expect(lines.join('')).not.toContain('clps_')
})
