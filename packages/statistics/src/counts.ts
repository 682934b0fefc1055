/** What was observed in one cell: how many trials counted, in how many the event happened, how many were lost. */
export interface Counts {
  /** Trials in which the event happened, an integer in [0, trials]. */
  readonly successes: number
  /** Trials whose outcome is known. */
  readonly trials: number
  /** Trials whose outcome is lost; none unless said. */
  readonly gaps?: number
}

/** @throws RangeError naming the value, unless 0 <= successes <= trials are integers. */
export function checkCounts(successes: number, trials: number): void {
  checkCount('trials', trials)
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > trials) {
    throw new RangeError(`successes must be an integer from 0 to ${trials} (the trials), got ${successes}`)
  }
}

/** @throws RangeError naming the value, unless it is an integer, and at least `least`. */
export function checkCount(name: string, value: number, least = 0): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be an integer of at least ${least}, got ${value}`)
  }
}

/** @throws RangeError naming the value, unless it lies strictly between 0 and 1. */
export function checkOpenUnit(name: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} must lie strictly between 0 and 1, got ${value}`)
}

/** @throws RangeError naming the value, unless it lies in [0, 1]. */
export function checkProbability(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} must lie in [0, 1], got ${value}`)
}
