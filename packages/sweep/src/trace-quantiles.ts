import type { CellTrials } from './cell-trials.ts'
import type { CellMeasurements } from './measurement-block.ts'

/** Quantiles of the loss over trials after so many updates; null where one falls to a trial that diverged, which lies above all others. */
export interface LossQuantiles {
  readonly step: number
  readonly q05: number | null
  readonly q25: number | null
  readonly median: number | null
  readonly q75: number | null
  readonly q95: number | null
}

interface TracedCell {
  /** Steps at which the set `traces` looked, ascending. */
  readonly observed: readonly number[]
  /** Of the set `traces`. */
  readonly measurements: CellMeasurements
  readonly records: CellTrials
  /** Steps of the whole training. */
  readonly steps: number
}

/**
 * Quantiles of the loss on the way and at the end, over the trials that were measured and recorded: the same at every step.
 * @source Hyndman and Fan (1996), type 7
 * @throws RangeError for measurements of another set
 */
export function traceQuantiles({ measurements, observed, records, steps }: TracedCell): { readonly trials: number; readonly quantiles: readonly LossQuantiles[] } {
  const place = measurements.columns.findIndex(({ name, size }) => name === 'loss' && size === observed.length)
  if (place === -1) throw new RangeError(`invalid measurements: ${measurements.set.name} has no loss at ${observed.length} steps`)
  const losses = measurements.values[place] ?? new Float32Array()
  const places = new Map(Array.from(measurements.trials, (trial, i) => [trial, i]))
  const rows = Array.from(records.trials, (trial, row) => ({ row, measured: places.get(trial) })).filter(
    (pair): pair is { row: number; measured: number } => pair.measured !== undefined,
  )
  const onTheWay = observed.map((step, moment) => quantilesAt(step, rows.map(({ measured }) => losses[measured * observed.length + moment])))
  return { trials: rows.length, quantiles: [...onTheWay, quantilesAt(steps, rows.map(({ row }) => records.columns.loss[row]))] }
}

function quantilesAt(step: number, losses: readonly (number | undefined)[]): LossQuantiles {
  const sorted = Float64Array.from(losses, (loss) => (loss === undefined || Number.isNaN(loss) ? Infinity : loss)).toSorted()
  const at = (p: number): number | null => quantile(sorted, p)
  return { step, q05: at(0.05), q25: at(0.25), median: at(0.5), q75: at(0.75), q95: at(0.95) }
}

/** Linear between the order statistics around (n - 1) p. */
function quantile(sorted: Float64Array, p: number): number | null {
  const place = (sorted.length - 1) * p
  const below = sorted[Math.floor(place)] ?? Infinity
  const above = sorted[Math.ceil(place)] ?? Infinity
  const value = below === above ? below : below + (place - Math.floor(place)) * (above - below)
  return Number.isFinite(value) ? value : null
}
