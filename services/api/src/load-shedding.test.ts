import Fastify from 'fastify'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { Api } from './api.ts'
import { MAXIMUM_LOOP_DELAY_MS, shedLoad } from './load-shedding.ts'
import type { LoadLimits } from './load-shedding.ts'
import { sendProblem } from './send-problem.ts'
import { serveApi } from './serve.ts'

/** A server whose answers wait to be let go; its event stream has begun and does not end. */
function holdingServer(limits: LoadLimits) {
  const app: Api = Fastify({ loggerInstance: pino({ level: 'silent' }) })
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  shedLoad(app, limits)
  const waiting: (() => void)[] = []
  app.get('/held', { config: { scope: 'read' } }, () => new Promise((resolve) => waiting.push(() => resolve({}))))
  app.get('/stream', { config: { scope: 'read' } }, (_, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    reply.raw.write(':\n')
  })
  app.get('/probe', { config: { scope: null } }, async () => ({}))
  return { app, waiting, letGo: () => waiting.splice(0).forEach((go) => go()) }
}

it('refuses what comes beyond the requests in hand, and takes it once they are answered', async () => {
  const { app, waiting, letGo } = holdingServer({ maximumUnanswered: 2, loopDelayMs: () => 0 })
  const url = await serveApi({ app, host: '127.0.0.1', port: 0 })
  const held = [fetch(`${url}/held`), fetch(`${url}/held`)]
  await expect.poll(() => waiting.length).toBe(2)
  const refused = await fetch(`${url}/held`)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await refused.json()).toMatchObject({ code: 'overloaded' })
  expect((await fetch(`${url}/probe`)).status).toBe(200)
  letGo()
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200])
  const after = fetch(`${url}/held`)
  await expect.poll(() => waiting.length).toBe(1)
  letGo()
  expect((await after).status).toBe(200)
  await app.close()
})

it('counts no stream that has begun', async () => {
  const { app } = holdingServer({ maximumUnanswered: 2, loopDelayMs: () => 0 })
  const url = await serveApi({ app, host: '127.0.0.1', port: 0 })
  const stop = new AbortController()
  const statuses = []
  for (let count = 0; count < 10; count += 1) statuses.push((await fetch(`${url}/stream`, { signal: stop.signal })).status)
  expect(statuses).toEqual(Array(10).fill(200))
  stop.abort()
  await app.close()
})

it('refuses everything but probes while the event loop is late', async () => {
  let delay = MAXIMUM_LOOP_DELAY_MS + 1
  const { app, waiting, letGo } = holdingServer({ loopDelayMs: () => delay })
  expect((await app.inject('/held')).statusCode).toBe(503)
  expect((await app.inject('/probe')).statusCode).toBe(200)
  delay = MAXIMUM_LOOP_DELAY_MS
  const answer = app.inject('/held')
  await expect.poll(() => waiting.length).toBe(1)
  letGo()
  expect((await answer).statusCode).toBe(200)
  await app.close()
})
