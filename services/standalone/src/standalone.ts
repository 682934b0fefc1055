import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Planner, PlannerOptions } from '@collapsar/planner'
import type { EngineChoice, Worker } from '@collapsar/worker'
import type { Logger } from 'pino'
import type { Backends } from './backends.ts'

/**
 * Lock of a worker that shares its process with its planner: after a SIGKILL the next run waits this long for the chunk that
 * was in hand. A lock that is lost by accident costs one chunk trained twice.
 */
const EMBEDDED_LOCK_SECONDS = 5

export interface WorkerProcessOptions extends EngineChoice {
  /** How long a dead worker keeps a chunk from others, in seconds. */
  readonly lockSeconds?: number
  /** Name of this machine, by which its workers are judged together; default: its host name. */
  readonly host?: string
}

export interface RunningWorker extends Worker {
  readonly id: string
}

/**
 * A worker whose engine runs in a process of its own, so that a crash of native code is a failure of the chunk. Closing both is
 * part of stopping.
 */
export async function startWorker(
  backends: Backends,
  options: WorkerProcessOptions,
  log: Logger,
): Promise<RunningWorker> {
  const { openArbiter, runWorker, startTrainingProcess } = await import('@collapsar/worker')
  const { device: choice = null, engine, threads, ...own } = options
  const id = `${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')}-${process.pid}-${randomBytes(3).toString('hex')}`
  const onDeath = (how: string, chunks: number) => log.error({ worker: id, how, chunks }, 'training process died')
  const starting = startTrainingProcess({ engine, threads, device: choice, onDeath })
  const undo = () => starting.then((training) => training.close(), () => undefined)
  const worker = await startOr(undo, async () => {
    const [queue, training] = await Promise.all([backends.queue(), starting])
    const { store, metrics } = backends
    return runWorker({ store, metrics, queue, training, openArbiter: () => openArbiter({ threads }), log }, { ...own, engine, threads, id })
  })
  return { ...worker, id }
}

/** What cannot be started leaves nothing of it running. */
async function startOr<T>(undo: () => Promise<void>, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    await undo()
    throw error
  }
}

export async function startPlanner(backends: Backends, options: PlannerOptions, log: Logger): Promise<Planner> {
  const { runPlanner } = await import('@collapsar/planner')
  return runPlanner({ store: backends.store, metrics: backends.metrics, queue: await backends.queue(), log }, options)
}

export interface Standalone {
  readonly worker: RunningWorker
  stop(): Promise<void>
}

/** Planner and worker in this process. The planner stops first, so that nothing is issued to a worker that is leaving. */
export async function startStandalone(
  backends: Backends,
  options: { readonly planner: PlannerOptions; readonly worker: WorkerProcessOptions },
  log: Logger,
): Promise<Standalone> {
  const worker = await startWorker(backends, { lockSeconds: EMBEDDED_LOCK_SECONDS, ...options.worker }, log)
  const planner = await startOr(() => worker.stop(), () => startPlanner(backends, options.planner, log))
  return {
    worker,
    stop: async () => {
      await planner.stop()
      await worker.stop()
    },
  }
}
