import { amount } from './form.ts'
import { fact, quantile, speed } from './measurement.ts'
import type { Measurement } from './measurement.ts'
import { Requests } from './requests.ts'

const REPETITIONS = amount(20, 10, 2)

const GRID = { grid: { depth: { from: 2, to: 41 }, width: { from: 1, to: 40 } }, inits: 100_000 }
const VAST = { grid: { depth: { from: 2, to: 1e9 }, width: { from: 1, to: 1e9 } }, inits: 100_000 }

export const plans: Measurement = {
  id: 'L3',
  what: 'plan of 1,600 cells x 100,000 trials, and a grid beyond every bound',
  limitSeconds: 120,
  run: async ({ api }) => {
    const { url } = await api()
    const client = new Requests()
    const send = (json: unknown) => client.send(`${url}/v1/plans`, { method: 'POST', json })
    const [planned, refused] = [[await send(GRID)], [await send(VAST)]]
    for (let repetition = 1; repetition < REPETITIONS; repetition += 1) {
      planned.push(await send(GRID))
      refused.push(await send(VAST))
    }
    client.close()
    const trials = planned.map(({ body }) => (JSON.parse(body) as { trials: { requested: number } }).trials.requested)
    return [
      fact('trials of the plan', Math.min(...trials), 'trials', { above: 1600 * 100_000 - 1 }),
      speed('plan, the slowest', Math.max(...planned.map(({ ms }) => ms)), 'ms', { below: 2000 }),
      fact('refusals of 10^9 x 10^9 other than 422', refused.filter(({ status }) => status !== 422).length, 'answers', { below: 1 }),
      speed('refusal, p95', quantile(refused.map(({ ms }) => ms), 0.95), 'ms', { below: 50 }),
    ]
  },
}
