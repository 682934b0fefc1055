/** Trials of one cell, in any order. */
export interface RecordedTrials {
  /** Loss by which the best training is chosen, [trial]; not finite where it diverged. */
  readonly losses: ArrayLike<number>
  /** Error by which the chosen one is judged, [trial]; the losses unless given. */
  readonly errors?: ArrayLike<number>
  /** The error of the best constant: larger ones count as this. */
  readonly clipAt: number
}

/** Trials ordered by loss, best first. */
export interface Ranking {
  /** Clipped errors, [rank]. */
  readonly errors: Float64Array
  /** One past the last rank of each run of equal losses, ascending; without ties 1, 2, ..., n. */
  readonly ends: Uint32Array
  /** The smallest error. */
  readonly least: number
  /** Errors that were clipped. */
  readonly clipped: number
}

/** @throws RangeError when the arrays differ in length or `clipAt` is not finite. */
export function rankTrials({ losses, errors = losses, clipAt }: RecordedTrials): Ranking {
  if (errors.length !== losses.length) {
    throw new RangeError(`errors must be one for each of the ${losses.length} losses, got ${errors.length}`)
  }
  if (!Number.isFinite(clipAt)) throw new RangeError(`clipAt must be finite, got ${clipAt}`)
  const keys = Float64Array.from(losses, (loss) => (Number.isNaN(loss) ? Infinity : loss))
  const order = Uint32Array.from(keys, (_, trial) => trial).toSorted((a, b) => compare(keys[a] ?? 0, keys[b] ?? 0))
  const isClipped = (error: number): boolean => !(error <= clipAt)
  const ranked = Float64Array.from(order, (trial) => Math.min(clipAt, finiteOr(errors[trial], clipAt)))
  return {
    errors: ranked,
    ends: endsOfRuns(Float64Array.from(order, (trial) => keys[trial] ?? 0)),
    least: ranked.reduce((least, error) => Math.min(least, error), clipAt),
    clipped: Array.from(errors).filter(isClipped).length,
  }
}

/** Infinity - Infinity is no order. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function finiteOr(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) ? value : otherwise
}

function endsOfRuns(sorted: Float64Array): Uint32Array {
  const ends: number[] = []
  for (let rank = 0; rank < sorted.length; rank += 1) if (sorted[rank] !== sorted[rank + 1]) ends.push(rank + 1)
  return Uint32Array.from(ends)
}
