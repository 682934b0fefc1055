import { randomBytes } from 'node:crypto'
import type { Metrics } from '@collapsar/metrics'
import type { ChunkQueue } from '@collapsar/queue'
import type { Store, SweepRecord } from '@collapsar/store'
import { ASSUMED_FLOPS_PER_THREAD, blockSeconds, chunkBlocks, ENGINE_KINDS, shareOut, withoutChunks } from '@collapsar/sweep'
import type { Chunk, ChunkSizing, EngineKind, Leads, OpenRange } from '@collapsar/sweep'
import type { Logger } from 'pino'
import { advance } from './advance.ts'
import { FeederLag } from './feeder-lag.ts'
import { LookSchedule } from './look-schedule.ts'
import { OutstandingWork } from './outstanding-work.ts'
import { fleetOf, offersOf, strandedChunks, workerSpeed } from './routing.ts'
import type { Fleet, Offer, SweepStanding } from './routing.ts'

export interface FeederOptions {
  readonly sweeps: 'lead' | readonly string[]
  /** Kinds of engine that are fed; all by default. */
  readonly engines?: readonly EngineKind[]
  /** What a chunk aims at, in seconds of a worker's time. */
  readonly chunkSeconds?: number
  /** How often every live chunk is offered to the queue again, in seconds. */
  readonly reconcileSeconds?: number
  /** How long the workers of a kind are missed before its chunks go to another kind, in seconds. */
  readonly strandedSeconds?: number
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
/** Twice what a worker that restarts is away, with its lock. */
const STRANDED_SECONDS = 60
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
 * behind a huge one, and a lost queue costs little. Chunks are claimed in Postgres before they are enqueued. What several kinds of
 * engine may train goes to each as fast as it asks for more: by its speed.
 */
export function createFeeder(
  { store, queue, log, metrics }: FeederDependencies,
  options: FeederOptions,
): Feeder {
  const offered = new Set<string>()
  const leads = new Map<EngineKind, Leads>()
  const kinds = options.engines ?? ENGINE_KINDS
  let reconciledAt = -Infinity
  let isCleared = options.sweeps === 'lead'
  const schedule = new LookSchedule()
  const [lag, outstanding] = [new FeederLag(), new OutstandingWork()]
  const own = options.sweeps === 'lead' ? undefined : options.sweeps

  /** What an interrupted run of another sweep left waiting would be trained first: its own planner offers it again. */
  const clear = async (engine: EngineKind) => {
    const mine = new Set((await store.unfinished(engine, own)).map(({ id }) => id))
    await queue.drop((await store.unfinished(engine)).filter(({ id }) => !mine.has(id)))
  }

  const enqueue = async (live: readonly Chunk[]) => {
    const chunks = live.filter((chunk) => !offered.has(chunk.id))
    if (chunks.length === 0) return
    try {
      await queue.enqueue(chunks)
      for (const chunk of chunks) offered.add(chunk.id)
      lag.queued(chunks, performance.now())
    } catch (error) {
      log.warn({ err: error, chunks: chunks.length }, 'queue did not take chunks, they stay issued')
    }
  }

  /** Gives what a kind may train, less what this look gave to others before, and tells what it claimed. */
  const feed = async (offer: Offer, live: readonly Chunk[], given: readonly Chunk[]): Promise<readonly Chunk[]> => {
    const sweeps = withoutChunks(offer.sweeps, given)
    const identify = () => ({ id: `c-${randomBytes(9).toString('hex')}`, engine: offer.kind })
    const sizing = chunkSizing(offer, options.chunkSeconds ?? CHUNK_SECONDS)
    const perWorker = outstandingPerWorker(sweeps.flatMap(({ open }) => open), sizing)
    const room = Math.max(1, offer.workers.length) * perWorker - live.length
    if (room <= 0) {
      await enqueue(live)
      return []
    }
    const shares = shareOut(sweeps, room, { sizing, leads: leads.get(offer.kind) ?? new Map(), identify })
    leads.set(offer.kind, shares.leads)
    const claimedAt = performance.now()
    const issued = shares.chunks.length > 0 ? await store.issue(shares.chunks) : []
    for (const chunk of issued) log.debug({ chunk: chunk.id, cell: chunk.cell, blocks: chunk.blocks }, 'chunk issued')
    lag.claimed(issued, claimedAt)
    await enqueue([...live, ...issued])
    return issued
  }

  /** Chunks that were claimed for engines which are all gone are open again, where another kind may train them. */
  const releaseStranded = async (standings: readonly SweepStanding[], fleet: Fleet) => {
    const seen = fleetOf(await store.liveWorkers(options.strandedSeconds ?? STRANDED_SECONDS))
    for (const kind of kinds.filter((one) => !seen.has(one) && !fleet.has(one))) {
      const stranded = strandedChunks(await store.unfinished(kind, own), standings, fleet)
      if (stranded.length === 0) continue
      await store.release(stranded.map(({ id }) => id))
      log.warn({ engine: kind, chunks: stranded.length }, 'chunks released, their engine has no workers')
      // One that stays in the queue is found to be nobody's when it is fetched.
      await queue.drop(stranded).catch((error: unknown) => log.warn({ err: error }, 'queue did not drop released chunks'))
    }
  }

  const isReconcileDue = () => performance.now() - reconciledAt >= (options.reconcileSeconds ?? RECONCILE_SECONDS) * 1000

  const reconcile = async (standings: readonly SweepStanding[], fleet: Fleet) => {
    if (!isReconcileDue()) return
    reconciledAt = performance.now()
    offered.clear()
    await releaseStranded(standings, fleet)
  }

  /** Reads every cell and issues chunks where there is room; gives those that are live then, [kind]. */
  const look = async (wanted: readonly SweepRecord[], fleet: Fleet, live: LiveChunks): Promise<LiveChunks> => {
    const standings = await Promise.all(wanted.map(async (sweep) => ({ sweep, progress: await store.progress(sweep.id) })))
    if (isReconcileDue() && metrics !== undefined) await reportMemory(queue, metrics)
    await reconcile(standings, fleet)
    outstanding.looked(standings, fleet)
    const filled = new Map(live)
    const given: Chunk[] = []
    for (const offer of offersOf(standings, fleet).filter(({ kind }) => kinds.includes(kind))) {
      const before = live.get(offer.kind) ?? (await store.unfinished(offer.kind, own))
      const issued = await feed(offer, before, given)
      given.push(...issued)
      filled.set(offer.kind, [...before, ...issued])
    }
    // Of kinds that are offered nothing new: what the queue lost is theirs, too.
    for (const chunks of live.values()) await enqueue(chunks)
    return filled
  }

  /** Live chunks of kinds whose workers are all gone, which nothing more is issued to. */
  const forsaken = async (served: LiveChunks): Promise<LiveChunks> => {
    if (metrics === undefined) return new Map()
    const gone = kinds.filter((kind) => !served.has(kind))
    return new Map(await Promise.all(gone.map(async (kind) => [kind, await store.unfinished(kind, own)] as const)))
  }

  /** What waits and what is being trained, as this tick leaves it. */
  const report = (live: LiveChunks) => {
    if (metrics === undefined) return
    for (const [kind, chunks] of live) metrics.outstandingSeconds.set({ engine: kind }, outstanding.seconds(kind, chunks))
    metrics.feederLagSeconds.set(lag.seconds([...live.values()].flat(), performance.now()))
  }

  return {
    tick: async () => {
      if (!isCleared) await Promise.all(kinds.map(clear))
      isCleared = true
      for (const { cell, blocks, sweeps } of await store.withdraw()) log.warn({ cell, blocks, sweeps }, 'blocks withdrawn')
      const active = await store.activeSweeps()
      const wanted = active.filter((sweep) => options.sweeps === 'lead' || options.sweeps.includes(sweep.id))
      const started = performance.now()
      const fleet = fleetOf((await store.liveWorkers(WORKER_TIMEOUT_SECONDS)).filter(({ engine }) => kinds.includes(engine)))
      const live = new Map<EngineKind, readonly Chunk[]>()
      for (const kind of kinds.filter((one) => one === 'cpu' || fleet.has(one))) live.set(kind, await store.unfinished(kind, own))
      const glance = { sweeps: namesOf(wanted), live: new Map([...live].map(([engine, chunks]) => [engine, chunks.length])) }
      const isDue = isReconcileDue() || schedule.isDue(glance)
      if (isDue) for (const sweep of wanted) await advance({ store, log }, sweep)
      for (const sweep of await store.finishSweeps()) log.info({ sweep }, 'sweep done')
      if (!isDue) {
        for (const chunks of live.values()) await enqueue(chunks)
        report(live)
        return
      }
      const filled = await look(wanted, fleet, live)
      report(new Map([...filled, ...(await forsaken(filled))]))
      schedule.looked({ ...glance, live: new Map([...filled].map(([engine, chunks]) => [engine, chunks.length])) }, (performance.now() - started) / 1000)
    },
  }
}

async function reportMemory(queue: ChunkQueue, { redisBytes }: Metrics): Promise<void> {
  const bytes = await queue.memoryBytes().catch(() => null)
  if (bytes !== null) redisBytes.set(bytes)
}

/** Live chunks, [kind]. */
type LiveChunks = ReadonlyMap<EngineKind, readonly Chunk[]>

/** Tells apart what could change the plans of these sweeps, but counts. */
function namesOf(sweeps: readonly SweepRecord[]): string {
  return sweeps.map(({ id, rounds, priority, extension }) => `${id} ${rounds} ${priority} ${extension?.number ?? 0}`).join()
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
function chunkSizing({ workers, blocks }: Offer, targetSeconds: number): ChunkSizing {
  const shares = Math.max(1, workers.length) * CHUNKS_PER_WORKER
  return {
    flopsPerSecond: workers.length > 0 ? Math.min(...workers.map(workerSpeed)) : ASSUMED_FLOPS_PER_THREAD,
    targetSeconds,
    maximumBlocks: Math.min(MAXIMUM_CHUNK_BLOCKS, Math.max(1, Math.ceil(blocks / shares))),
  }
}
