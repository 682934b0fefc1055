import { cpus, hostname } from 'node:os'
import type { Store, WorkerActivity, WorkerRecord } from '@collapsar/store'
import type { Logger } from 'pino'

export interface Registration {
  /** Reports at once that the worker takes no more chunks. */
  draining(): Promise<void>
  /** Says goodbye. */
  end(): Promise<void>
}

export interface RegistrationOptions {
  readonly store: Pick<Store, 'heartbeat' | 'retire'>
  readonly log: Logger
  readonly worker: WorkerRecord
  readonly now: () => { readonly flopsPerSecond: number | null; readonly chunks: readonly string[] }
  /** Called once, when the store says that this worker is quarantined. */
  readonly onQuarantine: () => void
}

const HEARTBEAT_SECONDS = 5

/** Reports the worker to the store, now and every few seconds. @throws nothing: a store that is away says so in the log */
export async function register(options: RegistrationOptions): Promise<Registration> {
  const { store, log, worker } = options
  let state: WorkerActivity['state'] = 'active'
  let quarantined = false
  const beat = async () => {
    try {
      const { flopsPerSecond, chunks } = options.now()
      const given = await store.heartbeat(worker, flopsPerSecond, { state, chunks })
      if (given === 'quarantined' && !quarantined) {
        quarantined = true
        // It says so itself, so that nobody waits for it should its place be trusted again.
        state = 'draining'
        log.error({ worker: worker.id }, 'worker is quarantined: what was recorded here was wrong, it takes no more chunks')
        options.onQuarantine()
      }
    } catch (error) {
      log.warn({ err: error }, 'heartbeat failed')
    }
  }
  await beat()
  const heart = setInterval(() => void beat(), HEARTBEAT_SECONDS * 1000)
  return {
    draining: async () => {
      state = 'draining'
      await beat()
    },
    end: async () => {
      clearInterval(heart)
      await store.retire(worker.id).catch((error: unknown) => log.warn({ err: error }, 'worker could not be retired'))
    },
  }
}

/** What this process says of its machine. */
export function thisMachine(): Pick<WorkerRecord, 'device' | 'host' | 'pid'> {
  return { device: cpus()[0]?.model.trim() ?? '', host: hostname(), pid: process.pid }
}
