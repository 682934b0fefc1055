import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
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

  it('gives up when the answer takes too long', async () => {
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

  it.each(['', 'localhost', 'ftp://127.0.0.1', 'file:///etc/passwd', 'http://'])('refuses the address %j', (url) => {
    expect(() => createClient({ url })).toThrow('accepted: an http or https URL')
  })
})
