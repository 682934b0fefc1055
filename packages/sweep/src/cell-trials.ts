import type { RecordColumns } from '@collapsar/trial'

/** Records of trials of one cell, by ascending index. */
export interface CellTrials {
  /** Index of each in its cell. */
  readonly trials: Float64Array
  /** [trial] */
  readonly columns: RecordColumns
}
