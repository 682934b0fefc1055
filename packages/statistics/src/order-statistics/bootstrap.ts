import { createRandomStream, fillWords } from '../special/random-stream.ts'
import { expectedError, survival } from './expected-error.ts'
import type { Ranking } from './ranking.ts'

export interface Bootstrap {
  readonly ranked: Ranking
  readonly starts: readonly number[]
  readonly level: number
  readonly resamples: number
  readonly seed: number
}

/** How far a band reaches below and above the estimate; both at least 0. */
export interface Band {
  readonly below: number
  readonly above: number
}

/** Tells these streams from the package's other simulations with the same seed. */
const STREAM = 0x626f6f74

/** For each K the quantiles of the resampled estimate about its mean, [K]. One resample serves all K. */
export function bootstrapBands({ ranked, starts, level, resamples, seed }: Bootstrap): Band[] {
  const trials = ranked.errors.length
  const estimates = starts.map(() => new Float64Array(resamples))
  const behind = starts.map((count) => survival(trials, count))
  const words = new Int32Array(trials)
  const multiplicity = new Uint32Array(trials)
  for (let resample = 0; resample < resamples; resample += 1) {
    fillWords(words, createRandomStream(seed, STREAM, resample))
    multiplicity.fill(0)
    for (const word of words) {
      const trial = Math.floor(((word >>> 0) / 2 ** 32) * trials)
      multiplicity[trial] = (multiplicity[trial] ?? 0) + 1
    }
    for (const [index, probability] of behind.entries()) {
      const estimate = estimates[index]
      if (estimate !== undefined) estimate[resample] = expectedError(ranked, probability, multiplicity)
    }
  }
  return estimates.map((values) => bandAboutMean(values, (1 - level) / 2))
}

function bandAboutMean(values: Float64Array, tail: number): Band {
  const sorted = values.toSorted()
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  const skipped = Math.floor(tail * sorted.length)
  const low = sorted[skipped] ?? mean
  const high = sorted[sorted.length - 1 - skipped] ?? mean
  return { below: Math.max(0, mean - low), above: Math.max(0, high - mean) }
}
