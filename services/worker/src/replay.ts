import type { Store } from '@collapsar/store'
import type { Logger } from 'pino'
import type { Training } from './training.ts'

export interface ReplayMeans {
  readonly store: Pick<Store, 'claimReplay' | 'finishReplay' | 'failReplay' | 'trial'>
  readonly training: Pick<Training, 'engine' | 'replay'>
  readonly log: Logger
}

/**
 * Trains one trial again that somebody asked to see.
 * @returns false when there was none
 */
export async function replayOne({ store, training, log }: ReplayMeans, signal: AbortSignal): Promise<boolean> {
  const work = await store.claimReplay(training.engine.numerics)
  if (work === null) return false
  const { id, cell, spec, trial } = work
  try {
    const recorded = (await store.trial(cell, trial))?.record ?? null
    const result = await training.replay({ cell, spec, trial, recorded }, signal)
    await store.finishReplay(id, result)
    if (result.recorded.equal === false) log.warn({ replay: id, cell, trial }, 'replay differs from the record')
    else log.info({ replay: id, cell, trial }, 'trial replayed')
  } catch (error) {
    if (signal.aborted) throw error
    log.error({ err: error, replay: id, cell, trial }, 'replay failed')
    await store.failReplay(id, error instanceof Error ? error.message : String(error))
  }
  return true
}
