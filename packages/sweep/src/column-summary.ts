/** A column over trials; numbers are null where no number is left to describe. */
export interface ColumnSummary {
  /** Numbers described, NaN left out. */
  readonly count: number
  /** NaN, as where a trial diverged. */
  readonly nan: number
  readonly mean: number | null
  readonly min: number | null
  readonly lowerQuartile: number | null
  readonly median: number | null
  readonly upperQuartile: number | null
  readonly max: number | null
}

/** Mean and quartiles of numbers, exact but for the rounding of the mean. @source quantiles: Hyndman and Fan (1996), type 7 */
export function summarizeColumn(values: Iterable<number>): ColumnSummary {
  const all = Float64Array.from(values)
  const numbers = all.filter((value) => !Number.isNaN(value)).toSorted()
  const at = (p: number) => (numbers.length === 0 ? null : quantile(numbers, p))
  return {
    count: numbers.length,
    nan: all.length - numbers.length,
    mean: numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
    min: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
    max: at(1),
  }
}

/** Type 7: linear between the order statistics around (n - 1) p. */
function quantile(sorted: Float64Array, p: number): number {
  const place = (sorted.length - 1) * p
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  // Infinite neighbours have no difference.
  return below === above ? below : below + (place - Math.floor(place)) * (above - below)
}
