import { checkCount } from '../counts.ts'

/** Values on the logarithmic grid. */
const GRID_VALUES = 40

/** The greatest K that n trials answer for: n / 3, rounded down. */
export function mostStarts(trials: number): number {
  return Math.floor(trials / 3)
}

/**
 * Numbers K from 1 to n/3: all of them up to 40, then about 40 evenly spaced in ln K.
 *
 * @throws RangeError unless trials is an integer of at least 3.
 */
export function startsGrid(trials: number): number[] {
  checkCount('trials', trials, 3)
  const most = mostStarts(trials)
  if (most <= GRID_VALUES) return Array.from({ length: most }, (_, index) => index + 1)
  const spaced = Array.from({ length: GRID_VALUES }, (_, index) => Math.round(most ** (index / (GRID_VALUES - 1))))
  return [...new Set(spaced)]
}

/** @throws RangeError naming K and the trials, unless 1 <= K <= trials / 3. */
export function checkStarts(starts: number, trials: number): void {
  checkCount('starts', starts, 1)
  if (starts > mostStarts(trials)) {
    throw new RangeError(
      `starts must be at most a third of the trials, got ${starts} for ${trials} trials (at most ${mostStarts(trials)})`,
    )
  }
}
