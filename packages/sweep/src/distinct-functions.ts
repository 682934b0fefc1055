import { distinctFunctions, FUNCTION_TOLERANCES, trainingPoints } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import type { CellMeasurements } from './measurement-block.ts'

/** How many functions the trials of a cell are, at one place and one tolerance. */
export interface FunctionCount {
  readonly cell: string
  readonly depth: number
  readonly width: number
  /** `onData`: on the training points. `onGrid`: on the wider grid, where functions may differ that agree on the data. */
  readonly place: string
  /** Two functions are one within this part of the range of the targets. */
  readonly tolerance: number
  /** Trials that are functions: those that diverged are none. */
  readonly trials: number
  readonly functions: number
  /** Lower estimate of all functions, those not seen yet among them (Chao 1984). */
  readonly chao1: number
  /** Trials of the most frequent function. */
  readonly largest: number
  /** Index of the first trial of each function, ascending. */
  readonly representatives: readonly number[]
}

/**
 * Distinct functions among the trials of one cell, from its set `functions`, in the order of the trials.
 * @throws RangeError for another set
 */
export function functionCounts(cell: string, spec: TrialSpec, measurements: CellMeasurements): FunctionCount[] {
  const { columns, set, trials, values } = measurements
  if (set.name !== 'functions') throw new RangeError(`invalid set ${set.name}: accepted is functions`)
  const { targets } = trainingPoints(spec.problem, spec.seed)
  const range = targets.reduce((most, y) => Math.max(most, y), -Infinity) - targets.reduce((least, y) => Math.min(least, y), Infinity)
  return columns.flatMap(({ name, size }, column) =>
    FUNCTION_TOLERANCES.map((tolerance) => {
      const found = distinctFunctions(Float32Array.from(values[column] ?? []), size, tolerance * range)
      return {
        cell,
        depth: spec.depth,
        width: spec.width,
        place: name,
        tolerance,
        trials: found.members.reduce((sum, count) => sum + count, 0),
        functions: found.count,
        chao1: found.chao1,
        largest: found.members.reduce((most, count) => Math.max(most, count), 0),
        representatives: found.representatives.map((row) => trials[row] ?? 0),
      }
    }),
  )
}
