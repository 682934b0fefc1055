import type { Engine } from '../engine.ts'
import type { InitialLaw, TrainedBatch, TrialBatch } from '../batch.ts'
import type { Parameters } from '../network.ts'
import { trialBatch } from '../trial-batch.ts'
import type { TrialSpec } from '../trial.ts'

/** One promise of the engine contract, checked: `run` rejects with an AssertionError where it is broken. */
export interface ConformanceCheck {
  readonly name: string
  run(): Promise<void>
}

/** Trains without an end set to it. */
export function train(engine: Engine, batch: TrialBatch<Parameters | InitialLaw>): Promise<TrainedBatch> {
  return engine.train(batch, new AbortController().signal)
}

/** Whether the engine claims to train such cells: what it refuses is no promise that could be broken. */
export function claims(engine: Engine, spec: TrialSpec): boolean {
  return engine.supports(trialBatch(spec, [])) === true
}
