import { measurementSets } from '@collapsar/trial'
import type { ColumnArray, MeasurementName } from '@collapsar/trial'
import type { CellEvidence, Size, SweepEvidence, Target } from '../target.ts'
import { simulatedSweep } from './evidence.ts'

/** The sweeps of a target as if they had been run and nothing had been born dead, each cell changed as told. */
export function simulatedTarget(
  target: Target,
  change: (cell: CellEvidence, sweep: number) => Partial<CellEvidence>,
  size: Size = 'quick',
): SweepEvidence[] {
  return target.sweeps(size).map((planned, index) => {
    const sweep = simulatedSweep(planned, () => ({ bornDead: 0 }))
    return { ...sweep, cells: sweep.cells.map((cell) => ({ ...cell, ...change(cell, index) })) }
  })
}

/** What a set says of the trials of a cell, its columns by name; columns that are not given stay empty. */
export function simulatedMeasurements(
  { spec, tally }: CellEvidence,
  name: MeasurementName,
  values: Readonly<Record<string, ColumnArray>>,
): CellEvidence['measurements'] {
  const { version, columns } = measurementSets[name]
  const stated = columns(spec)
  const trials = Float64Array.from({ length: tally.trials }, (_, trial) => trial)
  return { [name]: { set: { name, version }, columns: stated, trials, values: stated.map((column) => values[column.name] ?? new Float32Array()) } }
}
