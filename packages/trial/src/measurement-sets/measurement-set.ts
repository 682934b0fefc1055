import type { TrainedBatch } from '../batch.ts'
import type { MeasuredBatch } from '../measurements/trial-records.ts'
import type { TrialSpec } from '../trial.ts'

/** Names as in `measure: [...]` of a sweep file. */
export type MeasurementName = 'facts' | 'traces' | 'directions' | 'functions' | 'regions' | 'updates'

/** How the numbers of a column are stored, little-endian. */
export type ColumnType = 'u8' | 'u16' | 'u32' | 'f32'

export type ColumnArray = Uint8Array | Uint16Array | Uint32Array | Float32Array

/** So many numbers of every trial. */
export interface MeasurementColumn {
  readonly name: string
  readonly type: ColumnType
  /** Numbers of one trial. */
  readonly size: number
  /** With unit and range. */
  readonly meaning: string
  /** [number of one trial]: what tells it from the others, in a few words, as `after 30 steps`; left out where its place says enough. */
  readonly labels?: readonly string[]
}

/** Trials as they ended, and as they were on the way. */
export interface ObservedTrials {
  readonly spec: TrialSpec
  readonly batch: MeasuredBatch
  readonly trained: TrainedBatch
  /** The same trials after each number of steps that the set observes: a training of so many steps is the beginning of a longer one. */
  readonly observed: readonly TrainedBatch[]
}

/**
 * What is measured of every trial beside its base record, when a sweep asks for it. A pure function of the trials: the same on every
 * worker, so that a set that is measured later fits the blocks that exist.
 */
export interface MeasurementSet {
  readonly name: MeasurementName
  /** Goes up with every change of a byte. */
  readonly version: number
  /** One line for people. */
  readonly summary: string
  /** `true`, or why the measurement says nothing about such trials. */
  applies(spec: TrialSpec): true | string
  columns(spec: TrialSpec): readonly MeasurementColumn[]
  /** Numbers of steps before the last at which the networks are needed too, ascending; each is trained again up to there. */
  observes(spec: TrialSpec): readonly number[]
  /** [column][trial][number of the column] */
  measure(trials: ObservedTrials): readonly ColumnArray[]
}
