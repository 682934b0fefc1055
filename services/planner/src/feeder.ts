import { randomBytes } from 'node:crypto'
import type { Metrics } from '@collapsar/metrics'
import type { ChunkQueue } from '@collapsar/queue'
import type { LiveWorker, Store, SweepRecord } from '@collapsar/store'
import { ASSUMED_FLOPS_PER_THREAD, blockSeconds, chunkBlocks, nextChunks, planRound } from '@collapsar/sweep'
import type { Chunk, ChunkSizing, EngineKind, OpenRange } from '@collapsar/sweep'
import type { Logger } from 'pino'
import { advance } from './advance.ts'
import { LookSchedule } from './look-schedule.ts'

export interface FeederOptions {
  readonly sweeps: 'lead' | readonly string[]
  readonly engines?: readonly EngineKind[]
  /** What a chunk aims at, in seconds of a worker's time. */
  readonly chunkSeconds?: number
  /** How often every live chunk is offered to the queue again, in seconds. */
  readonly reconcileSeconds?: number
}

export interface FeederDependencies {
  readonly store: Store
  readonly queue: ChunkQueue
  readonly log: Logger
  readonly metrics?: Metrics
}

export interface Feeder {
  /** Finishes sweeps, offers live chunks again when it is time; when a look is due, decides rounds and issues new chunks where there is room. */
  tick(): Promise<void>
}

const CHUNK_SECONDS = 8
const RECONCILE_SECONDS = 10
/** Chunks kept outstanding for each worker: two in hand, one waiting... */
const CHUNKS_PER_WORKER = 3
/** ...and up to so many when they are short, as where a cell has a single quick block. */
const SHORT_CHUNKS_PER_WORKER = 200
/** A worker that has not been seen for this long is not counted. */
const WORKER_TIMEOUT_SECONDS = 30
/** An upper bound on blocks in a chunk: the size of one record statement. */
const MAXIMUM_CHUNK_BLOCKS = 200

/**
 * The queue is filled just in time, a few chunks for each worker, so that it stays small, a small sweep is not stuck
 * behind a huge one, and a lost queue costs little. Chunks are claimed in Postgres before they are enqueued.
 */
export function createFeeder(
  { store, queue, log, metrics }: FeederDependencies,
  options: FeederOptions,
): Feeder {
  const offered = new Set<string>()
  let reconciledAt = -Infinity
  let isCleared = options.sweeps === 'lead'
  const schedule = new LookSchedule()
  const own = options.sweeps === 'lead' ? undefined : options.sweeps

  /** What an interrupted run of another sweep left waiting would be trained first: its own planner offers it again. */
  const clear = async (engine: EngineKind) => {
    const mine = new Set((await store.unfinished(engine, own)).map(({ id }) => id))
    await queue.drop((await store.unfinished(engine)).filter(({ id }) => !mine.has(id)))
  }

  const offer = async (live: readonly Chunk[]) => {
    const due = performance.now() - reconciledAt >= (options.reconcileSeconds ?? RECONCILE_SECONDS) * 1000
    const chunks = due ? live : live.filter((chunk) => !offered.has(chunk.id))
    if (due) {
      reconciledAt = performance.now()
      offered.clear()
    }
    if (chunks.length === 0) return
    try {
      await queue.enqueue(chunks)
      for (const chunk of chunks) offered.add(chunk.id)
    } catch (error) {
      log.warn({ err: error, chunks: chunks.length }, 'queue did not take chunks, they stay issued')
    }
  }

  /** Issues chunks where there is room, besides those that are live; gives how many are live then. */
  const feed = async (engine: EngineKind, live: readonly Chunk[], open: readonly (readonly OpenRange[])[]): Promise<number> => {
    const workers = (await store.liveWorkers(WORKER_TIMEOUT_SECONDS)).filter((worker) => worker.engine === engine)
    const identify = () => ({ id: `c-${randomBytes(9).toString('hex')}`, engine })
    const sizing = chunkSizing(workers, open, options.chunkSeconds ?? CHUNK_SECONDS)
    const perWorker = outstandingPerWorker(open.flat(), sizing)
    const room = Math.max(1, workers.length) * perWorker - live.length
    const chunks = room > 0 ? nextChunks(open, room, sizing, identify) : []
    const claimedAt = performance.now()
    const issued = chunks.length > 0 ? await store.issue(chunks) : []
    for (const chunk of issued) log.debug({ chunk: chunk.id, cell: chunk.cell, blocks: chunk.blocks }, 'chunk issued')
    await offer([...live, ...issued])
    if (issued.length > 0) metrics?.feederLagSeconds.set((performance.now() - claimedAt) / 1000)
    return live.length + issued.length
  }

  const look = async (wanted: readonly SweepRecord[], live: ReadonlyMap<EngineKind, readonly Chunk[]>) => {
    const plans = await Promise.all(wanted.map(async (sweep) => planRound(await store.progress(sweep.id))))
    const open = plans.map((plan) => (plan.kind === 'round' ? plan.open : []))
    const filled = new Map<EngineKind, number>()
    for (const [engine, chunks] of live) filled.set(engine, await feed(engine, chunks, open))
    return filled
  }

  return {
    tick: async () => {
      if (!isCleared) await Promise.all((options.engines ?? ['cpu']).map(clear))
      isCleared = true
      const active = await store.activeSweeps()
      const wanted = active.filter((sweep) => options.sweeps === 'lead' || options.sweeps.includes(sweep.id))
      const started = performance.now()
      const live = new Map<EngineKind, readonly Chunk[]>()
      for (const engine of options.engines ?? ['cpu']) live.set(engine, await store.unfinished(engine, own))
      const glance = { sweeps: namesOf(wanted), live: new Map([...live].map(([engine, chunks]) => [engine, chunks.length])) }
      const isDue = schedule.isDue(glance)
      if (isDue) for (const sweep of wanted) await advance({ store, log }, sweep)
      for (const sweep of await store.finishSweeps()) log.info({ sweep }, 'sweep done')
      if (!isDue) {
        for (const chunks of live.values()) await offer(chunks)
        return
      }
      const filled = await look(wanted, live)
      schedule.looked({ ...glance, live: filled }, (performance.now() - started) / 1000)
    },
  }
}

/** Tells apart what could change the plans of these sweeps, but counts. */
function namesOf(sweeps: readonly SweepRecord[]): string {
  return sweeps.map(({ id, rounds, priority }) => `${id} ${rounds} ${priority}`).join()
}

/** As many chunks of those that come next as fill the target time, within the two bounds. */
function outstandingPerWorker(open: readonly OpenRange[], sizing: ChunkSizing): number {
  const next = open.slice(0, SHORT_CHUNKS_PER_WORKER)
  const seconds = next.map((range) => Math.min(range.count, chunkBlocks(range, sizing)) * blockSeconds(range, sizing))
  const mean = seconds.reduce((sum, one) => sum + one, 0) / Math.max(1, seconds.length)
  const filling = Math.ceil((CHUNKS_PER_WORKER * sizing.targetSeconds) / Math.max(mean, 1e-3))
  return Math.min(SHORT_CHUNKS_PER_WORKER, Math.max(CHUNKS_PER_WORKER, filling))
}

/** Chunks take some seconds on a measured worker, and near the end of a sweep they shrink so that every worker has some. */
function chunkSizing(
  workers: readonly LiveWorker[],
  open: readonly (readonly OpenRange[])[],
  targetSeconds: number,
): ChunkSizing {
  const openBlocks = open.flat().reduce((sum, range) => sum + range.count, 0)
  const shares = Math.max(1, workers.length) * CHUNKS_PER_WORKER
  const speeds = workers.map((worker) => worker.flopsPerSecond ?? worker.threads * ASSUMED_FLOPS_PER_THREAD)
  return {
    flopsPerSecond: speeds.length > 0 ? Math.min(...speeds) : ASSUMED_FLOPS_PER_THREAD,
    targetSeconds,
    maximumBlocks: Math.min(MAXIMUM_CHUNK_BLOCKS, Math.max(1, Math.ceil(openBlocks / shares))),
  }
}
