import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { serveApi } from './serve.ts'

let server: TestServer
let api: TestApi
let port: number

beforeAll(async () => {
  server = await startTestServer()
  api = await openTestApi(server)
  port = Number(new URL(await serveApi({ app: api.app, host: '127.0.0.1', port: 0 })).port)
})
afterAll(async () => {
  await api.close()
  await server.close()
})

describe('what is not HTTP', () => {
  it.each([
    ['a header with a bare line feed in its name', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A\nB: 1\r\n\r\n'],
    ['a header with the character zero', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: \0\r\n\r\n'],
    ['two lengths', 'POST /v1/sweeps HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['a length and chunks', 'POST /v1/sweeps HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}'],
    ['headers of 32 KiB', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ${'x'.repeat(32_768)}\r\n\r\n`],
    ['nonsense', 'nonsense\r\n\r\n'],
    ['a header with a bare carriage return', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\rc\r\n\r\n'],
    ['a header that goes on in the next line', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n\tc\r\nX-\x01: 1\r\n\r\n'],
    ['an idempotency key with a line feed', 'POST /v1/sweeps HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: a\nX-Injected: 1\r\nContent-Length: 2\r\n\r\n{}'],
    ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a negative length', 'POST /v1/sweeps HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}'],
    ['a length in words', 'POST /v1/sweeps HTTP/1.1\r\nHost: localhost\r\nContent-Length: two\r\n\r\n{}'],
    ['a length of 10^30', `POST /v1/sweeps HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1${'0'.repeat(30)}\r\n\r\n{}`],
    ['a chunk whose size is no number', 'POST /v1/sweeps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n'],
    ['a method that nobody knows', 'BREW /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['ten thousand headers', `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${'A: b\r\n'.repeat(10_000)}\r\n`],
    ['an expectation that nobody can meet', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: the-unexpected\r\nConnection: close\r\n\r\n'],
  ])('is refused: %s', async (_, text) => {
    const answer = await rawRequest(text)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
  })
})

/** Sends bytes as they are and gives everything that comes back before the connection ends. */
function rawRequest(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')))
    socket.on('data', (part: Buffer) => (answer += part.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}
