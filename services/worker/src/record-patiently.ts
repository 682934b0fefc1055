import { setTimeout as delay } from 'node:timers/promises'
import type { Metrics } from '@collapsar/metrics'
import type { Recorded, Store } from '@collapsar/store'
import { CollapsarError } from '@collapsar/sweep'
import type { ChunkResult } from '@collapsar/sweep'
import type { Logger } from 'pino'

/** Pauses between attempts to record a trained chunk while the database is away, in seconds. */
const RECORD_PAUSES = [0.2, 0.5, 1, 2, 5, 10, 10, 10]

/** Records while the database comes and goes. Damage, a full disk and a quarantine do not pass by waiting. */
export async function recordPatiently(
  { store, log, metrics }: { readonly store: Pick<Store, 'record'>; readonly log: Logger; readonly metrics?: Metrics },
  result: ChunkResult,
  signal: AbortSignal,
): Promise<Recorded> {
  const record = async () => {
    const stop = metrics?.commitSeconds.startTimer()
    const recorded = await store.record(result)
    stop?.()
    return recorded
  }
  for (const pause of RECORD_PAUSES) {
    try {
      return await record()
    } catch (error) {
      if (error instanceof CollapsarError && ['damaged', 'storage', 'not-allowed'].includes(error.code)) throw error
      log.warn({ err: error, chunk: result.chunk.id, pause }, 'recording failed, trying again')
      await delay(pause * 1000, undefined, { signal })
    }
  }
  return record()
}
