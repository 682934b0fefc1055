import { measurementSets } from '@collapsar/trial'
import type { MeasurementName } from '@collapsar/trial'
import type { CellEvidence } from '../target.ts'

/** Where one number of a measurement stands. */
export interface NumberPlace {
  readonly column: string
  readonly trial: number
  /** Among the numbers of the trial in this column. */
  readonly place: number
}

/** A cell as if all of its trials had been measured, each number as told. */
export function measuredCell(cell: CellEvidence, name: MeasurementName, valueAt: (place: NumberPlace) => number): CellEvidence {
  const set = measurementSets[name]
  const columns = set.columns(cell.spec)
  const { trials } = cell.tally
  const values = columns.map(({ name: column, size }) =>
    Float32Array.from({ length: trials * size }, (_, i) => valueAt({ column, trial: Math.floor(i / size), place: i % size })),
  )
  const measured = { set: { name, version: set.version }, columns, trials: Float64Array.from({ length: trials }, (_, trial) => trial), values }
  return { ...cell, measurements: { ...cell.measurements, [name]: measured } }
}
