import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '@collapsar/store'
import type { EngineKind } from '@collapsar/sweep'
import type { Logger } from 'pino'
import { createFeeder } from './feeder.ts'
import type { FeederDependencies, FeederOptions } from './feeder.ts'
import { wakeUp } from './wake-up.ts'

export interface PlannerOptions extends FeederOptions {
  /**
   * `lead` (a service): wait for the advisory lock, plan every active sweep, one planner at a time.
   * A list (the embedded `run`): plan these sweeps without the lock; claims keep several such planners apart.
   */
  readonly sweeps: 'lead' | readonly string[]
  readonly engines?: readonly EngineKind[]
  /** Longest time between two looks at the store, in seconds; a notification comes sooner. */
  readonly pollSeconds?: number
  /** Which share of the recorded blocks other workers train again, from 0 to 1; absent: as it is in the database. */
  readonly auditShare?: number
}

export interface Planner {
  /** Resolves when the loop has ended; the queue and the store stay open. */
  stop(): Promise<void>
}

const POLL_SECONDS = 1
/** How long a planner without the lock waits before it asks again: the bound on a take-over. */
const STANDBY_SECONDS = 5
/** Pause after a failure of the store, so that an outage is neither hammered nor slept through. */
const RETRY_SECONDS = 1
/** Silent workers without blocks are forgotten after a day: long enough to look at last night's. */
const FORGOTTEN_AFTER_SECONDS = 86_400
/** Between two looks for them. */
const TIDY_SECONDS = 600

/**
 * Decides what to train and feeds the queue just in time, from Postgres alone. It keeps no state that matters: a
 * planner that dies is replaced by the next one, and a queue that loses everything is filled again.
 */
export function runPlanner(
  deps: FeederDependencies,
  options: PlannerOptions,
): Planner {
  const { store, log } = deps
  const stopping = new AbortController()
  const plan = async (signal: AbortSignal) => {
    if (options.auditShare !== undefined) await store.setAuditShare(options.auditShare)
    const wake = await wakeUp(store, signal)
    const feeder = createFeeder(deps, options)
    let tidiedAt = -Infinity
    try {
      while (!signal.aborted) {
        const started = performance.now()
        await feeder.tick()
        if (started - tidiedAt >= TIDY_SECONDS * 1000) {
          await store.forgetWorkers(FORGOTTEN_AFTER_SECONDS)
          await store.forgetCountChanges()
          tidiedAt = started
        }
        // Every record wakes the planner; a look at thousands of cells must not follow the last one at once.
        await pause((performance.now() - started) / 1000, signal)
        await wake.next((options.pollSeconds ?? POLL_SECONDS) * 1000)
      }
    } finally {
      await wake.close()
    }
  }
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        await (options.sweeps === 'lead' ? whileLeading(store, stopping.signal, log, plan) : plan(stopping.signal))
      } catch (error) {
        log.warn({ err: error }, 'planning failed, trying again')
        await pause(RETRY_SECONDS, stopping.signal)
      }
    }
  }
  const ended = loop()
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

/** Runs `plan` while this process holds the lock, and ends it before another planner can have it twice. */
async function whileLeading(
  store: Store,
  signal: AbortSignal,
  log: Logger,
  plan: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lease = await store.lead()
  if (lease === null) {
    await pause(STANDBY_SECONDS, signal)
    return
  }
  log.info('planner leads')
  const lost = new AbortController()
  void lease.lost.then(() => {
    log.warn('the connection that holds the planner lock broke')
    lost.abort()
  })
  try {
    await plan(AbortSignal.any([signal, lost.signal]))
  } finally {
    await lease.release()
  }
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await delay(seconds * 1000, undefined, { signal }).catch(() => undefined)
}
