import { allocateColumns, recordAt } from '@collapsar/trial'
import type { Outcome, TrialRecord } from '@collapsar/trial'
import type { CellTrials } from './cell-trials.ts'

/** Steps of training between two checks for death (packages/trial/NUMERICS.md, 6). */
export const DEATH_CHECK_STEPS = 32

/** What was recorded of one trial, as it is told. */
export interface TrialDocument {
  /** Its index in the cell. */
  readonly trial: number
  readonly outcome: Outcome
  /** First hidden layer that is zero on every point at the end; 0 if none. */
  readonly deadLayer: number
  /** Death came in steps (aliveStep, deadStep]; null without a certified one. */
  readonly death: { readonly aliveStep: number; readonly deadStep: number } | null
  /** null where it diverged. */
  readonly loss: number | null
  /** The constant of a collapsed network, else the largest range of an output; null where it diverged. */
  readonly value: number | null
  readonly pieces: number
  /** CRC-32 of the final parameters. */
  readonly checksum: number
}

export function trialDocument(trial: number, { outcome, deadLayer, deathCheck, loss, value, pieces, checksum }: TrialRecord): TrialDocument {
  const death = { aliveStep: DEATH_CHECK_STEPS * (deathCheck - 1), deadStep: DEATH_CHECK_STEPS * deathCheck }
  return { trial, outcome, deadLayer, death: deathCheck === 0 ? null : death, loss: finite(loss), value: finite(value), pieces, checksum }
}

/** The record that a document tells, to the bit: a number is not finite only where the trial diverged, and is NaN there. */
export function documentedRecord({ outcome, deadLayer, death, loss, value, pieces, checksum }: Omit<TrialDocument, 'trial'>): TrialRecord {
  const deathCheck = death === null ? 0 : death.deadStep / DEATH_CHECK_STEPS
  return { outcome, deadLayer, deathCheck, loss: loss ?? Number.NaN, value: value ?? Number.NaN, pieces, checksum }
}

export function trialDocuments({ trials, columns }: CellTrials): TrialDocument[] {
  return Array.from(trials, (trial, place) => trialDocument(trial, recordAt(columns, place)))
}

/** What a table begins with, before the first of its trials is read. */
export const NO_TRIALS: CellTrials = { trials: new Float64Array(), columns: allocateColumns(0) }

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
