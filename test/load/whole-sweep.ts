import { setTimeout as delay } from 'node:timers/promises'
import { parseSweep } from '@collapsar/sweep'
import { amount } from './form.ts'
import type { Installation } from './installation.ts'
import { fact, speed } from './measurement.ts'
import type { Figure, Measurement } from './measurement.ts'

const LOOK_MS = 100

interface Course {
  readonly seconds: number
  readonly trials: number
  /** Longest time without any chunk waiting or in a worker's hands, in seconds. */
  readonly starvedSeconds: number
  /** Of Redis: before, at its peak and at the end, in MiB. */
  readonly redis: { readonly before: number; readonly peak: number; readonly after: number }
}

/** Submits and looks on until all is counted. */
async function follow({ store, queue, redis }: Installation, source: unknown, limitSeconds: number): Promise<Course> {
  const before = await redisMiB(redis)
  const began = performance.now()
  const { id } = (await store.createSweep(parseSweep(source))).sweep
  let [peak, starvedSeconds, fedAt] = [before, 0, performance.now()]
  while ((await store.sweep(id))?.state !== 'done') {
    if (performance.now() - began > limitSeconds * 1000) throw new Error(`the sweep was not done within ${limitSeconds} s`)
    const { waiting, active } = await queue.depth('cpu')
    if (waiting + active > 0) fedAt = performance.now()
    starvedSeconds = Math.max(starvedSeconds, (performance.now() - fedAt) / 1000)
    peak = Math.max(peak, await redisMiB(redis))
    await delay(LOOK_MS)
  }
  const seconds = (performance.now() - began) / 1000
  const trials = (await store.sweepCells(id)).reduce((sum, { tally }) => sum + tally.trials, 0)
  return { seconds, trials, starvedSeconds, redis: { before, peak, after: await redisMiB(redis) } }
}

async function redisMiB(redis: Installation['redis']): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1] ?? NaN) / 2 ** 20
}

const CELLS = { depth: { from: 2, to: 11 }, width: { from: 1, to: 10 } }
const WORKERS = amount(8, 4, 2)
const INITS = amount(10_000, 2000, 200)

export const manyWorkers: Measurement = {
  id: 'L4',
  what: `${(100 * INITS).toLocaleString('en')} trials, ${WORKERS} workers`,
  limitSeconds: 400,
  run: async (installation) => {
    await installation.planner()
    await Promise.all(Array.from({ length: WORKERS }, () => installation.worker(1)))
    // A hundred steps, so that chunks are quick and the queue is busy.
    const course = await follow(installation, { grid: CELLS, inits: INITS, problem: { points: 32 }, training: { steps: 100 } }, 300)
    const { before, peak, after } = course.redis
    return [
      fact('trials counted', course.trials, 'trials', { above: 100 * INITS - 1 }),
      fact('memory of Redis at its peak', peak, 'MiB', { below: 100 }),
      fact('memory of Redis after, over before', after - before, 'MiB', { below: 2 }),
      speed('longest time with nothing waiting and nothing in hand', course.starvedSeconds, 's', { below: 2 }),
      speed('trials a second', course.trials / course.seconds, 'trials/s', null),
    ]
  },
}

const MAP_INITS = amount(40_000, 20_000, 2000)
/** Depths and widths of the published maps of collapse where it is common: 76 cells. */
const MAP = { depth: { from: 2, to: 20 }, width: { from: 1, to: 4 } }
const MAP_CELLS = 19 * 4

export const bornDeadMap: Measurement = {
  id: 'map',
  what: `map of the born dead, depths 2 to 20, widths 1 to 4, ${MAP_CELLS} cells x ${MAP_INITS.toLocaleString('en')} trials, planner and one worker`,
  limitSeconds: 400,
  run: async (installation) => {
    await installation.planner()
    await installation.worker(2)
    const course = await follow(installation, { grid: MAP, inits: MAP_INITS, training: { steps: 0 } }, 300)
    const trials = MAP_CELLS * MAP_INITS
    const figures: Figure[] = [fact('trials counted', course.trials, 'trials', { above: trials - 1 })]
    return [...figures, speed('blocks a second, from the submit to the last count', trials / 100 / course.seconds, 'blocks/s', { above: 2500 })]
  },
}
