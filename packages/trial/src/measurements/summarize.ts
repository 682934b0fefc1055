/** Counts of values in bins [bounds[i], bounds[i + 1]); the last bin has its upper bound too. */
export interface Histogram {
  /** Ascending, one more than bins. */
  readonly bounds: readonly number[]
  /** [bin] */
  readonly counts: readonly number[]
  /** Finite values below the first bound and above the last. */
  readonly below: number
  readonly above: number
  /** Values that are not finite: of diverged trials, or where nothing is defined. */
  readonly notFinite: number
}

/**
 * Quantiles of the finite values: linear interpolation between order statistics, x at position (n - 1) p ("type 7" of Hyndman and Fan 1996,
 * doi:10.1080/00031305.1996.10473566); NaN where there are none.
 * @throws RangeError for a probability outside [0, 1]
 */
export function quantiles(values: ArrayLike<number>, probabilities: readonly number[]): number[] {
  const sorted = finiteOf(values).toSorted()
  return probabilities.map((p) => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`invalid probability ${p}: expected a number from 0 to 1`)
    const position = (sorted.length - 1) * p
    const below = Math.floor(position)
    const low = sorted[below] ?? Number.NaN
    const high = sorted[below + 1] ?? low
    return low + (position - below) * (high - low)
  })
}

/** @throws RangeError for fewer than two bounds, or bounds that do not ascend */
export function histogram(values: ArrayLike<number>, bounds: readonly number[]): Histogram {
  if (bounds.length < 2 || bounds.some((bound, i) => !(i === 0 ? Number.isFinite(bound) : bound > (bounds[i - 1] ?? 0)))) {
    throw new RangeError(`invalid bounds [${bounds.join(', ')}]: expected at least two numbers, ascending`)
  }
  const counts = Array<number>(bounds.length - 1).fill(0)
  const finite = finiteOf(values)
  let below = 0
  let above = 0
  for (const value of finite) {
    if (value < (bounds[0] ?? 0)) below++
    else if (value > (bounds.at(-1) ?? 0)) above++
    else {
      const bin = Math.min(binOf(value, bounds), counts.length - 1)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
  }
  return { bounds, counts, below, above, notFinite: values.length - finite.length }
}

/** So many bins of equal width over the finite values; of width 1 about a value that is alone, null where there is none. */
export function equalBounds(values: ArrayLike<number>, bins: number): number[] | null {
  if (!Number.isSafeInteger(bins) || bins < 1) throw new RangeError(`invalid bins ${bins}: expected a positive integer`)
  const finite = finiteOf(values)
  if (finite.length === 0) return null
  const smallest = finite.reduce((low, value) => Math.min(low, value))
  const largest = finite.reduce((high, value) => Math.max(high, value))
  const [low, high] = smallest < largest ? [smallest, largest] : [smallest - 0.5, largest + 0.5]
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins))
}

/** The last bound that is not above the value, by bisection. */
function binOf(value: number, bounds: readonly number[]): number {
  let low = 0
  let high = bounds.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((bounds[middle] ?? 0) <= value) low = middle
    else high = middle
  }
  return low
}

function finiteOf(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite)
}
