import { parameterCount } from '@collapsar/trial'
import type { Engine, TrialBatch, TrialRecord } from '@collapsar/trial'

/** One trial in so many, by its index, is audited: 1% (the rule of death says what is certified and checked). */
const AUDITED_OF = 100
const AUDITED_REMAINDER = 37

/** A certified death that the rest of the training contradicted. */
export interface AuditFailure {
  readonly trial: number
  readonly detail: string
}

/**
 * Death ends a trial by definition; this checks the definition. The audited trials that ended by a certified death are
 * trained again to the last step: they must still be dead there, and their output still constant.
 */
export async function auditDeaths(
  engine: Engine,
  batch: TrialBatch,
  records: readonly TrialRecord[],
  signal: AbortSignal,
): Promise<{ audited: number; failures: AuditFailure[] }> {
  const chosen = records.flatMap((record, position) => {
    const audited = (batch.trials[position] ?? 0) % AUDITED_OF === AUDITED_REMAINDER
    return audited && record.outcome === 'died_in_training' ? [position] : []
  })
  if (!batch.training.stopAtDeath || chosen.length === 0) return { audited: 0, failures: [] }
  const full = await engine.train(selectTrials(batch, chosen), signal)
  const outputs = batch.points.outputDim
  const failures = chosen.flatMap((position, index) => {
    const trial = batch.trials[position] ?? 0
    if ((full.deadLayer[index] ?? 0) === 0) return [{ trial, detail: 'alive again at the last step' }]
    const constant = Array.from(
      { length: outputs },
      (_, output) => full.outputMin[index * outputs + output] === full.outputMax[index * outputs + output],
    ).every(Boolean)
    return constant ? [] : [{ trial, detail: 'dead at the last step, but its output is not constant' }]
  })
  return { audited: chosen.length, failures }
}

/** The chosen trials alone, trained to the last step. */
function selectTrials(batch: TrialBatch, positions: readonly number[]): TrialBatch {
  const parameters = parameterCount(batch.shape)
  const initial =
    batch.initial instanceof Float64Array
      ? new Float64Array(positions.length * parameters)
      : new Float32Array(positions.length * parameters)
  positions.forEach((position, index) => {
    initial.set(batch.initial.subarray(position * parameters, (position + 1) * parameters), index * parameters)
  })
  return {
    ...batch,
    initial,
    trials: Float64Array.from(positions, (position) => batch.trials[position] ?? 0),
    training: { ...batch.training, stopAtDeath: false },
  }
}
