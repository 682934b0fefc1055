import type { ColumnArray, MeasurementName } from '@collapsar/trial'
import type { CellEvidence } from './target.ts'

/** One column of a measurement set. */
export interface Column {
  /** [trial][number] */
  readonly values: ColumnArray
  /** Numbers of one trial. */
  readonly size: number
  readonly trials: number
}

/** A column of a cell by its name. @throws RangeError where the sweep did not ask for the set, or the set has no such column */
export function columnOf({ measurements }: CellEvidence, set: MeasurementName, name: string): Column {
  const measured = measurements[set]
  const place = measured?.columns.findIndex((column) => column.name === name) ?? -1
  const [column, values] = [measured?.columns[place], measured?.values[place]]
  if (column === undefined || values === undefined) throw new RangeError(`expected the column ${name} of the set ${set}, got none`)
  return { values, size: column.size, trials: values.length / column.size }
}

/** The numbers at one place of a column, [trial]. */
export function numbersAt({ values, size, trials }: Column, place: number): number[] {
  return Array.from({ length: trials }, (_, trial) => values[trial * size + place] ?? Number.NaN)
}
