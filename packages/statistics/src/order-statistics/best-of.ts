import { checkCount, checkOpenUnit } from '../counts.ts'
import { bootstrapBands } from './bootstrap.ts'
import { expectedErrors } from './expected-error.ts'
import { rankTrials } from './ranking.ts'
import type { RecordedTrials } from './ranking.ts'
import { checkStarts, startsGrid } from './starts.ts'

export interface BestOfOptions {
  /** The numbers K of independent trainings to answer for; by default `startsGrid` of the trials. */
  readonly starts?: readonly number[]
  /** Level of the bands; 0.95 unless said. */
  readonly level?: number
  /** Bootstrap resamples behind the bands; 1,000 unless said. */
  readonly resamples?: number
  /** Names the resamples, an integer in [0, 2^32); 1 unless said. */
  readonly seed?: number
}

/** Expected error of the best of K independent trainings. */
export interface BestOfPoint {
  /** K. */
  readonly starts: number
  readonly expected: number
  /** Bootstrap band of `expected` at this K alone. */
  readonly low: number
  readonly high: number
}

export interface BestOf {
  readonly trials: number
  /** Errors above this, and those that are not finite, were counted as this much... */
  readonly clippedAt: number
  /** ...which happened to so many trials. */
  readonly clipped: number
  readonly level: number
  readonly resamples: number
  /** [K] as asked for. */
  readonly points: readonly BestOfPoint[]
}

/**
 * What error the best of K trainings is expected to have, for every K at once from the trials of one cell: the one with
 * the least loss is kept, and judged by its error. The estimate is the mean over all choices of K of the n trials, hence
 * unbiased; plugging the empirical law into E[min] is not. Beyond n/3 it rests on the few best trials alone: refused.
 *
 * A diverged trial would make the mean infinite. Nobody has to accept an error above that of the best constant, so
 * errors are clipped there, and the answer says in how many trials.
 *
 * The band is the bootstrap's over trials, moved from its own mean, which is biased upwards, to the unbiased estimate.
 * Approximate: of 1,000 simulated samples of 150 trials a nominal 95% covered in 92% to 95% up to n/6 and in 90% to 92%
 * at n/3 (`npm run calibrate`). Takes n steps for each resample and, for each K, the 40 n / K best ranks if those are
 * fewer: about a second for 10,000 trials.
 *
 * @throws RangeError on K beyond n/3 (naming both), fewer than 3 trials, arrays of different lengths, `clipAt` not finite,
 *   resamples below 2, or a level outside (0, 1).
 * @source order statistics of a finite population: David and Nagaraja (2003), section 9.7; bias of the plug-in estimate
 *   and the unbiased one: Tang et al. (2020), arXiv:2004.13705; Dodge et al. (2021), arXiv:2110.00613
 */
export function bestOf(recorded: RecordedTrials, options: BestOfOptions = {}): BestOf {
  const trials = recorded.losses.length
  const { starts = startsGrid(trials), level = 0.95, resamples = 1_000, seed = 1 } = options
  for (const count of starts) checkStarts(count, trials)
  checkOpenUnit('level', level)
  checkCount('resamples', resamples, 2)
  checkCount('seed', seed)
  const ranked = rankTrials(recorded)
  const expected = expectedErrors(ranked, starts)
  const bands = bootstrapBands({ ranked, starts, level, resamples, seed })
  const points = starts.map((count, index) => {
    const value = expected[index] ?? NaN
    const { below, above } = bands[index] ?? { below: 0, above: 0 }
    const low = Math.max(ranked.least, value - below)
    return { starts: count, expected: value, low, high: Math.min(recorded.clipAt, value + above) }
  })
  return { trials, clippedAt: recorded.clipAt, clipped: ranked.clipped, level, resamples, points }
}
