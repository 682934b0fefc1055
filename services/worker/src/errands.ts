import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'

/** Carries out one thing at most; false when there was nothing to do. */
export type Errand = (signal: AbortSignal) => Promise<boolean>

export interface Errands {
  /** Aborts what is under way, which another worker will do later, and resolves when it has ended. */
  stop(): Promise<void>
}

/**
 * What a worker does beside its chunks, one thing at a time: asked of the store itself, because these things are rare, wait for a
 * certain worker, and must outlive the queue. Each is leased there, so a worker that dies costs nothing but time.
 */
export function runErrands(errands: readonly Errand[], pollSeconds: number, log: Logger): Errands {
  const stopping = new AbortController()
  const { signal } = stopping
  const loop = async () => {
    while (!signal.aborted) {
      let done = false
      for (const errand of errands) {
        done = (await attempt(errand, signal, log)) || done
        if (signal.aborted) return
      }
      if (!done) await delay(pollSeconds * 1000, undefined, { signal }).catch(() => undefined)
    }
  }
  const ended = loop()
  return {
    stop: async () => {
      stopping.abort(new Error('the worker stops'))
      await ended
    },
  }
}

/** A store that is away is asked again after the pause. */
async function attempt(errand: Errand, signal: AbortSignal, log: Logger): Promise<boolean> {
  try {
    return await errand(signal)
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'errand failed, trying again')
    return false
  }
}
