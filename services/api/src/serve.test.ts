import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { CollapsarError } from '@collapsar/sweep'
import Fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { isLoopback } from './loopback.ts'
import { serveApi } from './serve.ts'

let app = Fastify()

afterEach(async () => {
  await app.close()
  app = Fastify()
})

async function refusal(host: string, port: number): Promise<CollapsarError> {
  const error: unknown = await serveApi({ app, host, port }).then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(CollapsarError)
  return error as CollapsarError
}

describe('serveApi', () => {
  it('listens on a free port and gives the address', async () => {
    app.get('/', async () => ({ here: true }))
    const url = await serveApi({ app, host: '127.0.0.1', port: 0 })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await (await fetch(url)).json()).toEqual({ here: true })
  })

  it('names the port that is in use', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    const error = await refusal('127.0.0.1', port)
    expect([error.code, error.exitCode]).toEqual(['port-in-use', 7])
    expect(error.message).toContain(`127.0.0.1:${port}`)
    await new Promise((resolve) => holder.close(resolve))
  })

  it.each(['0.0.0.0', '::', '192.168.1.1', '10.0.0.1', 'example.com', '', '127.0.0.1.example.com', '0x7f.1', '2130706433', 'localhost.example.com'])(
    'refuses the host %j without binding it',
    async (host) => {
      const error = await refusal(host, 0)
      expect([error.code, error.exitCode]).toEqual(['not-allowed', 4])
      expect(app.server.listening).toBe(false)
    },
  )
})

describe('with an API key', () => {
  const keys = (some: boolean) => ({ exist: async () => some })

  it('listens on every address, and on none but loopback without one', async () => {
    app.get('/', async () => ({ here: true }))
    await expect(serveApi({ app, host: '0.0.0.0', port: 0, keys: keys(false) })).rejects.toMatchObject({ code: 'not-allowed', message: expect.stringContaining('collapsar keys create') })
    expect(app.server.listening).toBe(false)
    await serveApi({ app, host: '0.0.0.0', port: 0, keys: keys(true) })
    const { port } = app.server.address() as AddressInfo
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).json()).toEqual({ here: true })
  })

  it('listens on no address that was left empty, which would be all of them', async () => {
    await expect(serveApi({ app, host: '', port: 0, keys: keys(true) })).rejects.toMatchObject({ code: 'not-allowed' })
  })
})

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.255.255.254', '::1', '[::1]', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1'])('takes %s', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  it.each(['128.0.0.1', '127.0.0', '::2', '::ffff:10.0.0.1', 'localhost.', 'local', '1127.0.0.1', '127.1'])('refuses %s', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})
