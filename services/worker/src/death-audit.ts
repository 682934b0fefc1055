import { OUTCOMES, selectTrials } from '@collapsar/trial'
import type { Engine, InitialLaw, Parameters, RecordColumns, TrialBatch } from '@collapsar/trial'

/** One trial in so many, by its index, is audited: 1% (the rule of death says what is certified and checked). */
const AUDITED_OF = 100
const AUDITED_REMAINDER = 37
const DIED = OUTCOMES.indexOf('died_in_training')

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
  batch: TrialBatch<Parameters | InitialLaw>,
  { outcome }: RecordColumns,
  signal: AbortSignal,
): Promise<{ audited: number; failures: AuditFailure[] }> {
  const rows = [...batch.trials.keys()].filter((row) => isAudited(batch.trials[row]) && outcome[row] === DIED)
  if (!batch.training.stopAtDeath || rows.length === 0) return { audited: 0, failures: [] }
  const audited = selectTrials(batch, rows)
  const { trials } = audited
  const full = await engine.train({ ...audited, training: { ...batch.training, stopAtDeath: false } }, signal)
  const outputs = batch.points.outputDim
  const failures = Array.from(trials).flatMap((trial, index) => {
    if ((full.deadLayer[index] ?? 0) === 0) return [{ trial, detail: 'alive again at the last step' }]
    const constant = Array.from(
      { length: outputs },
      (_, output) => full.outputMin[index * outputs + output] === full.outputMax[index * outputs + output],
    ).every(Boolean)
    return constant ? [] : [{ trial, detail: 'dead at the last step, but its output is not constant' }]
  })
  return { audited: trials.length, failures }
}

function isAudited(trial: number | undefined): boolean {
  return trial !== undefined && trial % AUDITED_OF === AUDITED_REMAINDER
}
