/** Bounds on a probability, 0 <= low <= high <= 1. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Nothing is known. */
export const WHOLE: Interval = { low: 0, high: 1 }
