import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { parseSweep } from '@collapsar/sweep'
import { amount } from './form.ts'
import type { Installation } from './installation.ts'
import { fact, speed } from './measurement.ts'
import type { Figure, Measurement } from './measurement.ts'
import { peakMiB } from './memory.ts'
import { recordSyntheticBlocks } from './synthetic-blocks.ts'

const CELLS = 20
/** Of each of the cells: 10^7 trials in the full form. */
const BLOCKS = amount(5000, 500, 10)
const TRIALS = CELLS * BLOCKS * 100
/** The first of them, in a sweep of its own: its tables are a tenth of those of all. */
const FEW = CELLS / 10
/** How often the small table is taken before: until heaps and caches have the size that such work gives them. */
const WARM_UP = amount(3, 10, 10)
/** What the peak may grow with ten times the table: what the collector leaves lying, and a kilobyte for each column of 10,000 rows of Parquet. */
const GROWTH_MiB = 64

/** The trials of a sweep by URL, longer than memory: each format from a fresh process of the API, to a client that takes all it gets. */
export const tables: Measurement = {
  id: 'tables',
  what: `${TRIALS.toLocaleString('en')} trials as one table`,
  limitSeconds: 1200,
  byName: true,
  run: async (installation) => {
    const { store } = installation
    const sweep = parseSweep({ grid: { depth: 4, width: { from: 1, to: CELLS } }, inits: 100 * BLOCKS })
    await recordAll(installation, sweep.cells)
    const all = (await store.createSweep(sweep)).sweep.id
    const few = (await store.createSweep({ ...sweep, cells: sweep.cells.slice(0, FEW) })).sweep.id
    return [...(await tableOf(installation, { format: 'csv', few, all })), ...(await tableOf(installation, { format: 'parquet', few, all }))]
  },
}

/** The cells are made by a sweep of their own: one that is created after them finds them complete. */
async function recordAll({ store }: Installation, cells: ReturnType<typeof parseSweep>['cells']): Promise<void> {
  await store.createSweep({ name: 'to begin with', source: null, cells: cells.map((cell) => ({ ...cell, inits: 100 })) })
  await recordSyntheticBlocks(store, cells.map(({ cell }) => cell), [0, BLOCKS])
}

interface Tables {
  readonly format: 'csv' | 'parquet'
  /** Ids of the sweeps. */
  readonly few: string
  readonly all: string
}

async function tableOf({ api }: Installation, { format, few, all }: Tables): Promise<Figure[]> {
  const { service, url } = await api()
  const take = (id: string) => taken(`${url}/v1/sweeps/${id}/trials.${format}`)
  for (let time = 0; time < WARM_UP; time += 1) await take(few)
  const before = peakMiB(service)
  const started = performance.now()
  const { bytes, lines, end } = await take(all)
  const seconds = (performance.now() - started) / 1000
  const after = peakMiB(service)
  await service.end('SIGTERM')
  const whole = format === 'csv' ? lines - 1 : Number(end === 'PAR1') * TRIALS
  return [
    fact(`${format}: trials in the table`, whole, 'trials', { above: TRIALS - 1 }),
    fact(`${format}: size of the table`, bytes / 2 ** 20, 'MiB', null),
    fact(`${format}: peak memory of the API after tables of a tenth of it`, before, 'MiB', null),
    fact(`${format}: peak memory of the API after all of it`, after, 'MiB', { below: before + GROWTH_MiB }),
    speed(`${format}: trials sent`, TRIALS / seconds, 'trials/s', null),
  ]
}

interface Taken {
  readonly bytes: number
  /** Line feeds. */
  readonly lines: number
  /** The last four bytes, as text: a whole Parquet file ends in `PAR1`. */
  readonly end: string
}

const LINE_FEED = 0x0a

/** Takes an answer to its end and keeps nothing of it. */
async function taken(url: string): Promise<Taken> {
  let [bytes, lines] = [0, 0]
  let end = Buffer.alloc(0)
  const response = await opened(url)
  if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}; expected 200`)
  for await (const part of response) {
    const piece = part as Buffer
    bytes += piece.length
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) lines += 1
    end = Buffer.concat([end, piece.subarray(-4)]).subarray(-4)
  }
  return { bytes, lines, end: end.toString('latin1') }
}

function opened(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, resolve).on('error', reject)
  })
}
