import { gzipSync } from 'node:zlib'
import { ProblemDocument } from '@collapsar/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Value } from '@collapsar/schema'
import { openTestApi } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'

let server: TestServer
let api: TestApi

beforeAll(async () => {
  server = await startTestServer()
  api = await openTestApi(server)
})
afterAll(async () => {
  await api.close()
  await server.close()
})

interface Response {
  readonly statusCode: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** Every refusal is a 4xx problem+json that tells no internals. */
function expectProblem(response: Response): void {
  expect(response.statusCode).toBeGreaterThanOrEqual(400)
  expect(response.statusCode).toBeLessThan(500)
  expect(response.headers['content-type']).toBe('application/problem+json')
  const problem: unknown = JSON.parse(response.body)
  expect(Value.Errors(ProblemDocument, problem)).toEqual([])
  expect(problem).toMatchObject({ status: response.statusCode })
  expect(response.body).not.toMatch(/node_modules|\.ts:|\bat [A-Za-z.]+ \(/)
}

async function nothingCreated(): Promise<void> {
  expect(await api.store.sweeps(10)).toEqual([])
}

const valid = { grid: { depth: 2, width: 2 }, inits: 100 }
const withMembers = (members: string) => `{"grid":{"depth":2,"width":2},"inits":100${members}}`
const withInits = (inits: string) => `{"grid":{"depth":2,"width":2},"inits":${inits}}`
const withDepth = (depth: string) => `{"grid":{"depth":${depth},"width":2},"inits":100}`

const bodies: readonly [name: string, body: string | Buffer, status: number][] = [
  ['an empty body', '', 422],
  ['null', 'null', 422],
  ['a number', '1', 422],
  ['text', '"sweep"', 422],
  ['a list', '[]', 422],
  ['an empty object', '{}', 422],
  ['half an object', '{"grid":', 400],
  ['text after the object', `${withMembers('')} x`, 400],
  ['YAML', 'grid: { depth: 2, width: 2 }\ninits: 100', 400],
  ['a YAML alias bomb', 'a: &a [x]\nb: &b [*a,*a]', 400],
  ['single quotes', "{'inits':1}", 400],
  ['a byte order mark', `\uFEFF${withMembers('')}`, 400],
  ['UTF-16', Buffer.from(withMembers(''), 'utf16le'), 400],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['gzip', Buffer.from('1f8b0800000000000003', 'hex'), 400],
  ['negative inits', withInits('-1'), 422],
  ['no inits', withInits('0'), 422],
  ['float inits', withInits('1.5'), 422],
  ['inits as text', withInits('"10"'), 422],
  ['null inits', withInits('null'), 422],
  ['true inits', withInits('true'), 422],
  ['NaN', withInits('NaN'), 400],
  ['Infinity', withInits('Infinity'), 400],
  ['1e309', withInits('1e309'), 400],
  ['-1e309', withInits('-1e309'), 400],
  ['1e308', withInits('1e308'), 422],
  ['inits above the limit', withInits('1000000001'), 422],
  ['2^53 + 1', withInits('9007199254740993'), 422],
  ['forty digits', withInits('1'.repeat(40)), 422],
  ['four hundred digits', withInits('1'.repeat(400)), 400],
  ['hexadecimal', withInits('0x10'), 400],
  ['a leading zero', withInits('010'), 400],
  ['inits as a list', withInits('[100]'), 422],
  ['inits as an object', withInits('{"toString":1}'), 422],
  ['depth 1', withDepth('1'), 422],
  ['depth 0', withDepth('0'), 422],
  ['negative depth', withDepth('-3'), 422],
  ['depth above the limit', withDepth('201'), 422],
  ['float depth', withDepth('2.5'), 422],
  ['no depths', withDepth('[]'), 422],
  ['a list in a list', withDepth('[[2]]'), 422],
  ['a range that ends before it begins', withDepth('{"from":5,"to":2}'), 422],
  ['a range with step 0', withDepth('{"from":2,"to":5,"step":0}'), 422],
  ['a range without end', withDepth('{"from":2}'), 422],
  ['a range of 10^9', withDepth('{"from":2,"to":1000000000}'), 422],
  ['a grid of 10^9 by 10^9', '{"grid":{"depth":1000000000,"width":1000000000},"inits":1}', 422],
  ['200,000 depths', withDepth(`[${Array<number>(200_000).fill(2).join(',')}]`), 422],
  ['500,000 depths', withDepth(`[${Array<number>(500_000).fill(2).join(',')}]`), 422],
  ['200,000 wrong depths', withDepth(`[${Array<string>(150_000).fill('"x"').join(',')}]`), 422],
  ['50,000 unknown fields', `{${Array.from({ length: 50_000 }, (_, index) => `"k${index}":1`).join(',')}}`, 422],
  ['a key twice', '{"inits":1,"inits":2,"grid":{"depth":2,"width":2}}', 400],
  ['a key twice inside', '{"grid":{"depth":2,"depth":3,"width":2},"inits":1}', 400],
  ['deep lists', withDepth('['.repeat(1000) + ']'.repeat(1000)), 400],
  ['very deep lists', '['.repeat(500_000) + ']'.repeat(500_000), 400],
  ['deep objects', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000), 400],
  ['deep lists in an axis', withMembers(`,"axes":{"seed":[${'['.repeat(25) + ']'.repeat(25)}]}`), 422],
  ['__proto__', withMembers(',"__proto__":{"inits":5}'), 400],
  ['__proto__ inside', '{"grid":{"depth":2,"width":2,"__proto__":{}},"inits":1}', 400],
  ['__proto__ in an axis', withMembers(',"axes":{"__proto__":[1]}'), 400],
  ['__proto__ in a value of an axis', withMembers(',"axes":{"network":[{"__proto__":{"a":1}}]}'), 400],
  ['a path to __proto__', withMembers(',"axes":{"network.__proto__.polluted":[1]}'), 422],
  ['a path to a constructor', withMembers(',"axes":{"network.constructor.prototype":[1]}'), 422],
  ['a path to the grid', withMembers(',"axes":{"grid.depth":[2]}'), 422],
  ['a path with slashes', withMembers(',"axes":{"network/../../x":[1]}'), 422],
  ['an empty path', withMembers(',"axes":{"":[1]}'), 422],
  ['an axis without values', withMembers(',"axes":{"seed":[]}'), 422],
  ['an axis that is no list', withMembers(',"axes":{"seed":1}'), 422],
  ['axes with too many combinations', withMembers(`,"axes":{${['seed', 'training.steps', 'problem.points'].map((name) => `"${name}":[${Array.from({ length: 100 }, (_, index) => index + 2).join(',')}]`).join(',')}}`), 422],
  ['an unknown field', withMembers(',"workers":4'), 422],
  ['an unknown field with HTML in its name', withMembers(',"<script>alert(1)</script>":1'), 422],
  ['an unknown field with CR and LF in its name', withMembers(',"a\\r\\nX-Injected: 1":1'), 422],
  ['a long name', withMembers(`,"name":"${'x'.repeat(121)}"`), 422],
  ['a name that is no text', withMembers(',"name":{}'), 422],
  ['a name with the character zero', withMembers(',"name":"a\\u0000b"'), 400],
  ['a name with a header in it', withMembers(',"name":"a\\r\\nSet-Cookie: x=1"'), 422],
  ['a name with half a surrogate pair', withMembers(',"name":"\\ud800"'), 400],
  ['SQL as a target', withMembers(`,"problem":{"target":"abs'; DROP TABLE sweeps; --"}`), 422],
  ['code as a target', withMembers(',"problem":{"target":"${process.exit(1)}"}'), 422],
  ['the name of an inherited member as a target', withMembers(',"problem":{"target":"toString"}'), 422],
  ['the name of an inherited member as an activation', withMembers(',"network":{"activation":"hasOwnProperty"}'), 422],
  ['a domain with one end', withMembers(',"problem":{"domain":[0]}'), 422],
  ['a domain backwards', withMembers(',"problem":{"domain":[1,-1]}'), 422],
  ['a domain of no length', withMembers(',"problem":{"domain":[1,1]}'), 422],
  ['a huge domain', withMembers(',"problem":{"domain":[-1e300,1e300]}'), 422],
  ['too many points', withMembers(',"problem":{"points":65537}'), 422],
  ['points that are no square', withMembers(',"problem":{"target":"abs-2d","points":5}'), 422],
  ['a negative learning rate', withMembers(',"training":{"optimizer":{"kind":"adam","learningRate":-1}}'), 422],
  ['momentum 1', withMembers(',"training":{"optimizer":{"kind":"sgd","momentum":1}}'), 422],
  ['momentum with adam', withMembers(',"training":{"optimizer":{"kind":"adam","momentum":0.5}}'), 422],
  ['steps above the limit', withMembers(',"training":{"steps":2000001}'), 422],
  ['negative steps', withMembers(',"training":{"steps":-1}'), 422],
  ['an empty minibatch', withMembers(',"training":{"batch":0}'), 422],
  ['a seed above 2^53', withMembers(',"seed":9007199254740992'), 422],
  ['a negative seed', withMembers(',"seed":-1'), 422],
  ['until beside inits', withMembers(',"until":{"decide":[0.1]}'), 422],
  ['a level of 1', '{"grid":{"depth":2,"width":2},"until":{"decide":[1]}}', 422],
  ['no levels', '{"grid":{"depth":2,"width":2},"until":{"decide":[]}}', 422],
  ['an unknown set', withMembers(',"measure":["moods"]'), 422],
  ['a set twice', withMembers(',"measure":["facts","facts"]'), 422],
  ['100,000 sets', withMembers(`,"measure":[${Array<string>(100_000).fill('"facts"').join(',')}]`), 422],
  ['directions of networks that are not trained', withMembers(',"measure":["directions"],"training":{"steps":0}'), 422],
  ['a formula that cannot be read', withMembers(',"problem":{"target":"expression","expression":"x1 +"}'), 422],
  ['a formula that calls code', withMembers(',"problem":{"target":"expression","expression":"process.exit(1)"}'), 422],
  ['a formula that is not finite', withMembers(',"problem":{"target":"expression","expression":"1/(x1-x1)"}'), 422],
  ['a formula of 600 characters', withMembers(`,"problem":{"target":"expression","expression":"${'x+'.repeat(300)}x"}`), 422],
  ['a very deep formula', withMembers(`,"problem":{"target":"expression","expression":"${'('.repeat(200)}x${')'.repeat(200)}"}`), 422],
  ['a formula for a named target', withMembers(',"problem":{"expression":"x1"}'), 422],
  ['noise of level 0', withMembers(',"training":{"noise":{"kind":"relative","level":0}}'), 422],
  ['a sawtooth of two inputs', withMembers(',"network":{"init":{"kind":"sawtooth"}},"problem":{"target":"abs-2d","points":16}'), 422],
  ['a scale of 0', withMembers(',"network":{"initScale":0}'), 422],
  ['an unknown engine', withMembers(',"engine":"quantum"'), 422],
  ['two numerics', withMembers(',"precision":"float64","numerics":"ieee-f32/1"'), 422],
]

describe.each(['/v1/sweeps', '/v1/plans'])('POST %s refuses', (url) => {
  it.each(bodies)('%s', async (_, payload, status) => {
    const started = performance.now()
    const response = await api.app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })
    expectProblem(response)
    expect(response.statusCode).toBe(status)
    expect(performance.now() - started).toBeLessThan(5000)
    await nothingCreated()
  })

  it('a body of more than a megabyte', async () => {
    const payload = withMembers(`,"$schema":"${'x'.repeat(1024 * 1024)}"`)
    const response = await api.app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })
    expectProblem(response)
    expect(response.statusCode).toBe(413)
    await nothingCreated()
  })

  it('a list of a million elements', async () => {
    const payload = withDepth(`[${Array<number>(1_000_000).fill(2).join(',')}]`)
    const response = await api.app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })
    expectProblem(response)
    expect(response.statusCode).toBe(413)
    await nothingCreated()
  })

  it.each(['gzip', 'deflate', 'br', 'identity, gzip', 'GZIP'])('a bomb of 100 MB in 100 kB under the content encoding %s, and unpacks none of it', async (encoding) => {
    const payload = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20))
    const before = process.memoryUsage().arrayBuffers
    const response = await api.app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', 'content-encoding': encoding } })
    expectProblem(response)
    expect(response.statusCode).toBe(415)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024)
    await nothingCreated()
  })

  it.each([
    ['text/plain', {}],
    ['application/yaml', {}],
    ['application/x-www-form-urlencoded', {}],
    ['multipart/form-data; boundary=x', {}],
    ['text/json', {}],
    ['nonsense', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
    ['application/json', { 'content-encoding': 'br, gzip' }],
  ])('a body of the type %s %o', async (type, more) => {
    const response = await api.app.inject({ method: 'POST', url, payload: JSON.stringify(valid), headers: { 'content-type': type, ...more } })
    expectProblem(response)
    expect(response.statusCode).toBe(415)
    await nothingCreated()
  })
})

describe('a request is refused', () => {
  it.each([
    ['', 'empty'],
    ['a b', 'a space'],
    ['a\tb', 'a tab'],
    ['ä', 'not ASCII'],
    ['x'.repeat(201), 'too long'],
  ])('with the idempotency key %j (%s)', async (key) => {
    const headers = { 'idempotency-key': key }
    const response = await api.app.inject({ method: 'POST', url: '/v1/sweeps', payload: valid, headers })
    expectProblem(response)
    expect(response.json()).toMatchObject({ errors: [{ pointer: '/headers/idempotency-key' }] })
    await nothingCreated()
  })

  it.each([
    ['POST', '/v1/sweeps?allowSlow=yes', 400],
    ['POST', '/v1/sweeps?allowSlow=true&allowSlow=true', 400],
    ['POST', '/v1/sweeps?planHash=abc', 400],
    ['POST', `/v1/sweeps?planHash=${'0'.repeat(64)}`, 409],
    ['POST', '/v1/sweeps?unknown=1', 400],
    ['POST', '/v1/sweeps?__proto__=1', 400],
    ['POST', '/v1/plans?explain=1', 400],
    ['POST', '/v1/plans?planHash=1', 400],
  ])('%s %s', async (method, url, status) => {
    const response = await api.app.inject({ method: 'POST', url, payload: valid })
    expectProblem(response)
    expect([method, response.statusCode]).toEqual([method, status])
    await nothingCreated()
  })

  it.each([
    ['/v1/sweeps?limit=0', 400],
    ['/v1/sweeps?limit=-1', 400],
    ['/v1/sweeps?limit=501', 400],
    ['/v1/sweeps?limit=1e3', 400],
    ['/v1/sweeps?limit=1.5', 400],
    ['/v1/sweeps?limit=NaN', 400],
    ['/v1/sweeps?limit=', 400],
    ['/v1/sweeps?limit=1&limit=2', 400],
    ['/v1/sweeps?limit=1;DROP%20TABLE%20sweeps', 400],
    ['/v1/sweeps?limit=%00', 400],
    ['/v1/sweeps?offset=1', 400],
    ['/v1/sweeps/sw-0000000000000000', 404],
    ['/v1/sweeps/none', 404],
    ["/v1/sweeps/1'%20OR%20'1'='1", 400],
    ['/v1/sweeps/%00', 400],
    ['/v1/sweeps/%0d%0aX-Injected:%201', 400],
    ['/v1/sweeps/..%2f..%2fetc%2fpasswd', 400],
    ['/v1/sweeps/%3Cscript%3E', 400],
    ['/v1/sweeps/%E0%A4%A', 400],
    [`/v1/sweeps/${'x'.repeat(65)}`, 400],
    [`/v1/sweeps/${'x'.repeat(5000)}`, 400],
    ['/v1/sweeps/none?x=1', 400],
    ['/v1/sweeps/none/surface', 404],
    ['/v1/sweeps/none/surface?format=xlsx', 400],
    ['/v1/sweeps/none/surface?format=csv&format=svg', 400],
    ['/v1/sweeps/none/surface?format=toString', 400],
    ['/v1/sweeps/', 400],
    ['/v1/nothing', 404],
    ['/', 404],
    ['/../../etc/passwd', 404],
    ['/problems/none', 404],
    ['/problems/toString', 404],
    ['/healthz?deep=1', 400],
  ])('GET %s', async (url, status) => {
    const response = await api.app.inject({ method: 'GET', url })
    expectProblem(response)
    expect(response.statusCode).toBe(status)
  })

  it.each([
    ['POST', '/v1/sweeps/none/cancel', undefined, 404, undefined],
    ['POST', '/v1/sweeps/none/retry', undefined, 404, undefined],
    ['POST', '/v1/sweeps/none/cancel', { force: true }, 400, undefined],
    ['POST', '/v1/sweeps/none/retry', [], 400, undefined],
    ['POST', '/v1/sweeps/none/pause', undefined, 404, undefined],
    ['DELETE', '/v1/sweeps', undefined, 405, 'GET, HEAD, POST'],
    ['PUT', '/v1/sweeps', valid, 405, 'GET, HEAD, POST'],
    ['PATCH', '/v1/sweeps/none', valid, 400, undefined],
    ['PATCH', '/v1/sweeps/none', { name: 'x' }, 404, undefined],
    ['DELETE', '/v1/sweeps/none', undefined, 404, undefined],
    ['POST', '/v1/sweeps/none/resume', { force: true }, 400, undefined],
    ['POST', '/v1/sweeps/none/extend', undefined, 400, undefined],
    ['POST', '/v1/sweeps/none/extend', { inits: 100 }, 404, undefined],
    ['POST', '/v1/sweeps/none', valid, 405, 'DELETE, GET, HEAD, PATCH'],
    ['GET', '/v1/plans', undefined, 405, 'POST'],
    ['GET', '/v1/sweeps/none/cancel', undefined, 405, 'POST'],
    ['OPTIONS', '/v1/sweeps', undefined, 405, 'GET, HEAD, POST'],
    ['POST', '/healthz', undefined, 405, 'GET, HEAD'],
  ] as const)('%s %s %j', async (method, url, payload, status, allow) => {
    const response = await api.app.inject({ method, url, ...(payload !== undefined && { payload }) })
    expectProblem(response)
    expect([response.statusCode, response.headers['allow']]).toEqual([status, allow])
  })

  it.each([
    ['Accept of a format that is not offered', { accept: 'application/pdf' }, 406],
    ['Accept that rules everything out', { accept: '*/*;q=0' }, 406],
    ['a host of somebody else', { host: 'evil.example' }, 403],
    ['a host that only looks local', { host: '127.0.0.1.evil.example:80' }, 403],
    ['an address of the network', { host: '192.168.0.1:7070' }, 403],
    ['a page of somebody else', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
  ])('for %s', async (_, headers, status) => {
    const response = await api.app.inject({ method: 'GET', url: '/v1/sweeps/none/surface', headers })
    expectProblem(response)
    expect(response.statusCode).toBe(status)
  })
})

const key = { name: 'a', scopes: ['read'] }

describe('POST /v1/keys refuses', () => {
  it.each([
    ['no body', null],
    ['a list', [key]],
    ['no name', { scopes: ['read'] }],
    ['an empty name', { ...key, name: '' }],
    ['a long name', { ...key, name: 'x'.repeat(121) }],
    ['a name with a line feed', { ...key, name: 'a\nb' }],
    ['a name that is a number', { ...key, name: 1 }],
    ['no scopes', { name: 'a' }],
    ['empty scopes', { ...key, scopes: [] }],
    ['an unknown scope', { ...key, scopes: ['root'] }],
    ['an inherited scope', { ...key, scopes: ['toString'] }],
    ['a scope twice', { ...key, scopes: ['read', 'read'] }],
    ['scopes as text', { ...key, scopes: 'read' }],
    ['100,000 scopes', { ...key, scopes: Array<string>(100_000).fill('read') }],
    ['a date without time', { ...key, expiresAt: '2099-01-01' }],
    ['a date that does not exist', { ...key, expiresAt: '2099-02-30T00:00:00Z' }],
    ['a date in the past', { ...key, expiresAt: '2001-01-01T00:00:00Z' }],
    ['a date of another zone', { ...key, expiresAt: '2099-01-01T00:00:00+01:00' }],
    ['a date as a number', { ...key, expiresAt: 4_070_908_800 }],
    ['SQL as a date', { ...key, expiresAt: "now(); DROP TABLE api_keys; --" }],
    ['a quota of 0', { ...key, maxCells: 0 }],
    ['a negative quota', { ...key, maxTrials: -1 }],
    ['a float quota', { ...key, maxActiveSweeps: 1.5 }],
    ['a quota as text', { ...key, maxTrials: '10' }],
    ['a quota above 2^53', { ...key, maxTrials: 9_007_199_254_740_992 }],
    ['a quota beyond the cells that anybody may have', { ...key, maxCells: 10_001 }],
    ['no device time', { ...key, maxDeviceSeconds: 0 }],
    ['an unknown field', { ...key, hash: 'x' }],
    ['a key of its own', { ...key, key: 'clps_x' }],
    ['an id of its own', { ...key, id: 'key-0000000000000000' }],
  ])('%s', async (_, payload) => {
    const response = await api.app.inject({ method: 'POST', url: '/v1/keys', payload: JSON.stringify(payload), headers: { 'content-type': 'application/json' } })
    expectProblem(response)
    expect(response.statusCode).toBe(400)
    expect(await api.store.keys.exist()).toBe(false)
  })

  it.each(['x', 'key-', 'key-0', 'key-000000000000000G', `key-${'0'.repeat(17)}`, '%00', "key-'--", '__proto__', '..%2fkeys'])('the id %s', async (id) => {
    const response = await api.app.inject({ method: 'POST', url: `/v1/keys/${id}/revoke` })
    expectProblem(response)
    expect(response.statusCode).toBe(400)
  })
})

it('refuses a hundred thousand parameters in one address', async () => {
  const response = await api.app.inject({ url: `/v1/sweeps?${'limit=1&'.repeat(100_000)}` })
  expectProblem(response)
  expect(response.statusCode).toBe(400)
})

describe('text of a client', () => {
  it.each([
    `Robert'); DROP TABLE sweeps;--`,
    '<script>alert(1)</script>',
    '=HYPERLINK("http://evil.example")',
    '{{constructor.constructor("return process")()}}',
    '\u202Etxt.exe',
    '日本語 \u{1f600}',
  ])('comes back as it was given in the name %j', async (name) => {
    const other = await openTestApi(server)
    const created = await other.app.inject({ method: 'POST', url: '/v1/sweeps', payload: { ...valid, name } })
    expect([created.statusCode, created.json<{ name: string }>().name]).toEqual([202, name])
    expect(created.headers['set-cookie']).toBeUndefined()
    const { id } = created.json<{ id: string }>()
    const answers = await Promise.all(
      ['json', 'csv', 'svg', 'table'].map((format) => other.app.inject({ url: `/v1/sweeps/${id}/surface?format=${format}` })),
    )
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200])
    expect(answers[2]?.body).not.toContain('<script')
    await other.close()
  })
})
