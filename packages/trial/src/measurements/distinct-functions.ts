/** Tolerances of the fine and of the coarse view, as parts of the range of the targets. */
export const FUNCTION_TOLERANCES = [0.01, 0.05] as const

/** What functions are among those that trials have learned. */
export interface DistinctFunctions {
  /** Number of different functions. */
  readonly count: number
  /** Row of the first trial of each function, ascending, [function]. */
  readonly representatives: readonly number[]
  /** Number of trials of each function, [function]. */
  readonly members: readonly number[]
  /** Estimated number of all functions, those not yet seen among them. */
  readonly chao1: number
}

/**
 * Distinct functions by leader clustering: each trial, in order, joins the first function whose first trial is within `tolerance` of it
 * everywhere, or is the first of a new one. Deterministic in that order. Rows with a number that is not finite belong to no function.
 * Candidates are looked up by their first value, in buckets twice as wide as the tolerance, which decide nothing.
 * @param values values of each trial at the same places, [trial][place]
 * @param tolerance largest difference at a place, in units of the values; see FUNCTION_TOLERANCES
 * @throws RangeError for a tolerance that is not positive, or no whole number of rows
 */
export function distinctFunctions(values: Float32Array | Float64Array, places: number, tolerance: number): DistinctFunctions {
  if (!(tolerance > 0 && Number.isFinite(tolerance))) throw new RangeError(`invalid tolerance ${tolerance}: expected a positive number`)
  const rows = values.length / places
  if (!Number.isSafeInteger(rows)) throw new RangeError(`invalid values: ${values.length} numbers, not a multiple of ${places}`)
  const representatives: number[] = []
  const members: number[] = []
  const buckets = new Map<number, number[]>()
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * places, (row + 1) * places)
    if (!own.every(Number.isFinite)) continue
    const bucket = Math.floor((own[0] ?? 0) / (2 * tolerance))
    const candidates = [bucket - 1, bucket, bucket + 1].flatMap((near) => buckets.get(near) ?? []).toSorted((a, b) => a - b)
    const found = candidates.find((f) => isWithin(own, values, (representatives[f] ?? 0) * places, tolerance))
    if (found !== undefined) {
      members[found] = (members[found] ?? 0) + 1
      continue
    }
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), members.length])
    representatives.push(row)
    members.push(1)
  }
  return { count: members.length, representatives, members, chao1: chao1(members) }
}

function isWithin(own: Float32Array | Float64Array, values: Float32Array | Float64Array, start: number, tolerance: number): boolean {
  for (let i = 0; i < own.length; i++) {
    if (Math.abs((own[i] as number) - (values[start + i] as number)) > tolerance) return false
  }
  return true
}

/**
 * A lower estimate of the number of kinds from how often each of those seen was seen: S + f1^2 / (2 f2), f1 and f2 the numbers of kinds seen
 * once and twice; S + f1 (f1 - 1) / 2 where none was seen twice.
 * @source Chao 1984, "Nonparametric estimation of the number of classes in a population", Scand. J. Statist. 11, 265-270
 */
export function chao1(members: readonly number[]): number {
  const once = members.filter((count) => count === 1).length
  const twice = members.filter((count) => count === 2).length
  const unseen = twice > 0 ? (once * once) / (2 * twice) : (once * (once - 1)) / 2
  return members.length + unseen
}
