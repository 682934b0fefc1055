import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import type { Engine, InitialLaw, Parameters, TrainedBatch, TrialBatch } from '@collapsar/trial'

/**
 * The engine, but what was trained once is not trained again: every caller gets a copy of its own. For references that many are
 * compared with, in the same batches; not for checks of time, progress or cancellation.
 */
export function rememberingEngine(engine: Engine): Engine {
  const remembered = new Map<string, Promise<TrainedBatch>>()
  return {
    ...engine,
    train: async (batch, signal) => {
      const key = keyOf(batch)
      const trained = remembered.get(key) ?? engine.train(batch, signal)
      remembered.set(key, trained)
      return structuredClone(await trained)
    },
  }
}

/** Of every number of the batch. */
function keyOf(batch: TrialBatch<Parameters | InitialLaw>): string {
  return createHash('sha256').update(serialize(batch)).digest('hex')
}
