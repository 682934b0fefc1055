import { setTimeout as delay } from 'node:timers/promises'
import { runSql } from '../support/database.ts'
import { amount } from './form.ts'
import { fact, quantile, speed } from './measurement.ts'
import type { Measurement } from './measurement.ts'
import { Requests } from './requests.ts'

const RATE = amount(200, 200, 50)
const SECONDS = amount(60, 15, 3)

/** Open loop: the next submit is due whether the last one was answered or not, and a late one counts from when it was due. */
export const submissions: Measurement = {
  id: 'L1',
  what: `${RATE} small sweeps a second for ${SECONDS} s`,
  limitSeconds: SECONDS + 120,
  run: async ({ api, databaseUrl }) => {
    const { url } = await api()
    const client = new Requests()
    await client.send(`${url}/v1/sweeps`)
    const began = performance.now()
    const answers = await Promise.all(
      Array.from({ length: RATE * SECONDS }, async (_, number) => {
        const dueAt = began + (number * 1000) / RATE
        await delay(Math.max(0, dueAt - performance.now()))
        const json = { name: `load ${number}`, grid: { depth: 2, width: 1 }, inits: 100, seed: number }
        return client.send(`${url}/v1/sweeps`, { method: 'POST', json, dueAt })
      }),
    )
    client.close()
    const accepted = answers.filter(({ status }) => status === 202)
    const ids = new Set(accepted.map(({ body }) => (JSON.parse(body) as { id: string }).id))
    const stored = new Set((await runSql<{ id: string }>(databaseUrl, 'SELECT id FROM sweeps')).map(({ id }) => id))
    // What is refused above capacity says when to come back.
    const wrong = answers.filter(({ status, headers }) => status !== 202 && !([429, 503].includes(status) && headers['retry-after'] !== undefined))
    return [
      speed('submit of a small sweep, p99', quantile(answers.map(({ ms }) => ms), 0.99), 'ms', { below: 250 }),
      speed('accepted', accepted.length / answers.length, 'of all', { above: 0.99 }),
      fact('acknowledged and lost', [...ids].filter((id) => !stored.has(id)).length, 'sweeps', { below: 1 }),
      fact('answers other than 202, or 429 and 503 with Retry-After', wrong.length, 'answers', { below: 1 }),
    ]
  },
}
