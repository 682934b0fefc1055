import { parseSweep } from '@collapsar/sweep'
import { amount } from './form.ts'
import type { Installation } from './installation.ts'
import { fact, quantile, speed } from './measurement.ts'
import type { Measurement } from './measurement.ts'
import { Requests } from './requests.ts'
import { recordSyntheticBlocks } from './synthetic-blocks.ts'

/** Blocks of each of the 1,600 cells: 10^8 trials in the full form. */
const BLOCKS = amount(625, 20, 2)
const REQUESTS = amount(400, 200, 20)

/** The map of a grid 40 x 40, whose cells have one block each at first and many then: reads must not feel the difference. */
export const surfaces: Measurement = {
  id: 'L2',
  what: `surface of 40 x 40 cells over ${(1600 * BLOCKS * 100).toLocaleString('en')} trials`,
  limitSeconds: 1200,
  run: async (installation) => {
    const { store } = installation
    const sweep = parseSweep({ grid: { depth: { from: 2, to: 41 }, width: { from: 1, to: 40 } }, inits: 1_000_000 })
    const { id } = (await store.createSweep(sweep)).sweep
    const cells = sweep.cells.map(({ cell }) => cell)
    await recordSyntheticBlocks(store, cells, [0, 1])
    const few = await readings(installation, id)
    const started = performance.now()
    await recordSyntheticBlocks(store, cells, [1, BLOCKS])
    const rate = (1600 * (BLOCKS - 1)) / ((performance.now() - started) / 1000)
    const many = await readings(installation, id)
    const [first, ...rest] = many.full
    return [
      fact('trials on the map', many.trials, 'trials', { above: 1600 * BLOCKS * 100 - 1 }),
      speed('blocks loaded by recordBlocks', rate, 'blocks/s', null),
      speed('surface from a fresh API process, p95', quantile(many.full, 0.95), 'ms', { below: 50 }),
      speed('its first answer', first ?? NaN, 'ms', null),
      speed('304 of it, p95', quantile(many.unchanged, 0.95), 'ms', { below: 5 }),
      speed('median over that with one block a cell', quantile(rest, 0.5) / quantile(few.full, 0.5), 'times', { below: 1.5 }),
      speed('surface right after a count changed, median', quantile(many.changed, 0.5), 'ms', null),
    ]
  },
}

interface Readings {
  readonly trials: number
  /** In ms, in order. */
  readonly full: readonly number[]
  readonly unchanged: readonly number[]
  /** Each after a block more was recorded: rendered anew. */
  readonly changed: readonly number[]
}

async function readings({ api, store }: Installation, id: string): Promise<Readings> {
  const { service, url } = await api()
  const client = new Requests()
  const address = `${url}/v1/sweeps/${id}/surface`
  const full: number[] = []
  let [tag, body] = ['', '']
  for (let request = 0; request < REQUESTS; request += 1) {
    const answer = await client.send(address)
    full.push(answer.ms)
    tag = String(answer.headers['etag'])
    body = answer.body
  }
  const unchanged: number[] = []
  for (let request = 0; request < REQUESTS; request += 1) {
    const answer = await client.send(address, { headers: { 'if-none-match': tag } })
    if (answer.status !== 304) throw new Error(`the answer is ${answer.status}; expected 304`)
    unchanged.push(answer.ms)
  }
  const { cells } = JSON.parse(body) as { cells: { cell: string; trials: number }[] }
  const changed: number[] = []
  for (const [number, { cell, trials }] of cells.slice(0, 5).entries()) {
    await recordSyntheticBlocks(store, [cell], [trials / 100, trials / 100 + 1])
    const answer = await client.send(address, { headers: { 'if-none-match': tag } })
    if (answer.status !== 200) throw new Error(`the answer after change ${number} is ${answer.status}; expected 200`)
    changed.push(answer.ms)
  }
  client.close()
  await service.end('SIGTERM')
  return { trials: cells.reduce((sum, cell) => sum + cell.trials, 0), full, unchanged, changed }
}
