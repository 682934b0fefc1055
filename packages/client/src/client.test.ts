import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CollapsarError } from '@collapsar/sweep'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from './client.ts'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const SUMMARY = {
  id: 'sw-1',
  name: 'one',
  state: 'active',
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  reused: 0,
  owner: 'local',
  tags: [],
  priority: 0,
  extension: null,
}

async function failure(promise: Promise<unknown>): Promise<CollapsarError> {
  const error: unknown = await promise.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(CollapsarError)
  return error as CollapsarError
}

describe('createClient', () => {
  it('sends the key as a bearer token below the path of the address', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(request.url, request.headers.authorization)
      response.end('{"sweeps":[]}')
    })
    expect(await createClient({ url: `${url}/prefix`, key: 'k' }).sweeps({ limit: 5 })).toEqual([])
    expect(seen).toEqual(['/prefix/v1/sweeps?limit=5', 'Bearer k'])
  })

  it('names the address and the reason when nobody answers', async () => {
    const url = await serve(() => {})
    servers[0]!.closeAllConnections()
    await new Promise((resolve) => servers.pop()!.close(resolve))
    const error = await failure(createClient({ url }).sweeps())
    expect([error.code, error.exitCode]).toEqual(['server-unavailable', 7])
    expect(error.message).toBe(`The server at ${url} cannot be reached: ECONNREFUSED.`)
  })

  it('sends again what was put off, the submit with the key it had', async () => {
    const keys: (string | undefined)[] = []
    const url = await serve((request, response) => {
      keys.push(request.headers['idempotency-key'] as string | undefined)
      if (keys.length === 1) request.socket.destroy()
      else if (keys.length === 2) response.writeHead(503, { 'retry-after': '0' }).end('{}')
      else response.end(JSON.stringify(SUMMARY))
    })
    expect(await createClient({ url }).submit({})).toEqual(SUMMARY)
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('gives up when the server puts it off for long', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked += 1
      response.writeHead(503, { 'retry-after': '3600' }).end('{}')
    })
    await failure(createClient({ url }).sweeps())
    expect(asked).toBe(1)
  })

  it('asks for a page when the one before is used up', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(request.url)
      const id = `sw-${seen.length}`
      response.end(JSON.stringify({ sweeps: [{ ...SUMMARY, id }], next: seen.length === 1 ? 'c1' : null }))
    })
    const ids: string[] = []
    for await (const { id } of createClient({ url }).everySweep({ state: 'done' })) {
      ids.push(id)
      expect(seen).toHaveLength(ids.length)
    }
    expect([ids, seen]).toEqual([['sw-1', 'sw-2'], ['/v1/sweeps?state=done', '/v1/sweeps?state=done&cursor=c1']])
  })

  it('gives up when the answer takes the answer takes too long', async () => {
    const url = await serve(() => {})
    const error = await failure(createClient({ url, timeoutSeconds: 0.05 }).sweeps())
    expect([error.code, error.message]).toEqual(['server-unavailable', expect.stringContaining('timeout')])
  })

  it.each([
    ['a page', 200, '<html>hello</html>'],
    ['other JSON', 200, '{"hello":1}'],
    ['an error page', 502, '<html>bad gateway</html>'],
    ['a problem with a code of somebody else', 400, '{"type":"x","title":"x","status":400,"detail":"x","code":"toString","errors":[]}'],
  ])('takes a server that answers with %s for none of ours', async (_, status, body) => {
    const url = await serve((__, response) => response.writeHead(status).end(body))
    const error = await failure(createClient({ url }).sweeps())
    expect([error.code, error.message]).toEqual(['server-unavailable', expect.stringContaining(url)])
  })

  it('follows no redirect, which could carry the key elsewhere', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
    expect((await failure(createClient({ url, key: 'k' }).sweeps())).code).toBe('server-unavailable')
  })

  it.each(['', 'localhost', 'ftp://127.0.0.1', 'file:///etc/passwd', 'http://', 'http://user:password@127.0.0.1'])('refuses the address %j', (url) => {
    expect(() => createClient({ url })).toThrow('accepted: an http or https URL')
  })
})

describe('watch', () => {
  it('ends by its signal although the garbage collector has run meanwhile', async () => {
    const url = await serve((_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': alive\n\n'))
    const stop = new AbortController()
    const closed = new Promise<string>((resolve) => {
      servers.at(-1)!.on('connection', (socket) => socket.once('close', () => resolve('closed')))
    })
    const opened = new Promise((resolve) => servers.at(-1)!.once('request', resolve))
    const iteration = createClient({ url }).watch('sw-1', { signal: stop.signal }).next()
    await opened
    await collectGarbage()
    stop.abort()
    expect(await iteration).toEqual({ done: true, value: undefined })
    expect(await closed).toBe('closed')
  })
})

/** Several times, with turns of the event loop between: what is held weakly goes in the turn after. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    collect()
  }
}
