import { expect, test } from 'vitest'
import { bestOf } from './best-of.ts'
import { expectedErrors } from './expected-error.ts'
import { rankTrials } from './ranking.ts'
import { startsGrid } from './starts.ts'

/** Uniform numbers by another generator (mulberry32) than the package's own. */
function createUniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
}

/** All ways to choose `count` of `items`. */
function subsets(items: readonly number[], count: number): number[][] {
  if (count === 0) return [[]]
  return items.flatMap((item, index) => subsets(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const LOSSES = [0.5, 0.1, 0.9, 0.1, 0.3, 0.7, 0.2, 0.5, 0.4, 0.8, 0.6, 0.5]
const ERRORS = [0.6, 0.4, 0.8, 0.2, 0.1, 0.9, 0.7, 0.2, 0.5, 0.3, 0.35, 0.15]
const TRIALS = LOSSES.map((_, trial) => trial)

test('is the mean over every subset of K trials, ties shared', () => {
  const { points } = bestOf({ losses: LOSSES, errors: ERRORS, clipAt: 1 }, { resamples: 2 })
  expect(points.map(({ starts }) => starts)).toEqual([1, 2, 3, 4])
  for (const { starts, expected } of points) {
    const chosen = subsets(TRIALS, starts).map((subset) => {
      const least = Math.min(...subset.map((trial) => LOSSES[trial]!))
      return mean(subset.filter((trial) => LOSSES[trial] === least).map((trial) => ERRORS[trial]!))
    })
    expect(expected).toBeCloseTo(mean(chosen), 14)
  }
})

test('judges by the losses where no errors are given', () => {
  for (const { starts, expected } of bestOf({ losses: LOSSES, clipAt: 1 }, { resamples: 2 }).points) {
    const least = subsets(TRIALS, starts).map((subset) => Math.min(...subset.map((trial) => LOSSES[trial]!)))
    expect(expected).toBeCloseTo(mean(least), 14)
  }
})

test('expects 1/K of exponential losses', () => {
  // The minimum of K exponential variables of mean 1 has mean 1/K; standard error of 4,000 samples, 4 of them: 6e-5.
  const uniform = createUniform(20)
  const estimates = Array.from({ length: 4_000 }, () => {
    const losses = Array.from({ length: 20 }, () => -Math.log(uniform()))
    return expectedErrors(rankTrials({ losses, clipAt: 100 }), [5])[0]!
  })
  const spread = Math.sqrt(mean(estimates.map((value) => (value - 0.2) ** 2)) / estimates.length)
  expect(Math.abs(mean(estimates) - 0.2)).toBeLessThan(4 * spread)
  expect(spread).toBeLessThan(2e-3)
})

test('clips at the best constant, and says how often', () => {
  const losses = [0.2, NaN, 7, Infinity, 0.25, 0.1]
  const answer = bestOf({ losses, clipAt: 0.25 }, { resamples: 2 })
  expect(answer).toMatchObject({ clippedAt: 0.25, clipped: 3, trials: 6 })
  // Of the 6: 0.1, 0.2 and four of 0.25.
  expect(answer.points[0]!.expected).toBeCloseTo((0.1 + 0.2 + 4 * 0.25) / 6, 15)
  // Of the 15 pairs 5 have the 0.1, 4 more the 0.2.
  expect(answer.points[1]!.expected).toBeCloseTo((5 * 0.1 + 4 * 0.2 + 6 * 0.25) / 15, 15)
})

test('keeps a diverged training only where nothing else is left', () => {
  const { points } = bestOf({ losses: [NaN, 1, 2], errors: [0, 0.5, 0.5], clipAt: 1 }, { resamples: 2 })
  expect(points[0]!.expected).toBeCloseTo(1 / 3, 15)
  const six = bestOf({ losses: [NaN, 1, 2, 3, 4, 5], errors: [0, 0.5, 0.5, 0.5, 0.5, 0.5], clipAt: 1 }, { resamples: 2 })
  expect(six.points[1]!.expected).toBeCloseTo(0.5, 15)
})

test('bands cover the truth about as often as they say', () => {
  // 300 samples of 90 trials: a coverage of 91% would give 300 * 0.91 - 4 * 5 = 253 at least.
  const uniform = createUniform(7)
  const covered = new Map([[1, 0], [5, 0], [30, 0]])
  for (let sample = 0; sample < 300; sample += 1) {
    const losses = Array.from({ length: 90 }, () => -Math.log(uniform()))
    const { points } = bestOf({ losses, clipAt: 1e9 }, { starts: [...covered.keys()], resamples: 200, seed: sample })
    for (const { starts, low, high } of points) {
      if (low <= 1 / starts && 1 / starts <= high) covered.set(starts, covered.get(starts)! + 1)
    }
  }
  for (const count of covered.values()) expect(count).toBeGreaterThan(253)
  expect(Math.min(...covered.values())).toBeLessThan(300)
})

test('gives the same bands for the same seed, whatever else is asked', () => {
  const recorded = { losses: LOSSES, clipAt: 1 }
  const [one, all] = [bestOf(recorded, { starts: [3] }), bestOf(recorded)]
  expect(one.points[0]).toEqual(all.points[2])
  expect(bestOf(recorded, { seed: 2 }).points[2]).not.toEqual(all.points[2])
})

test('asks at a logarithmic grid where all would be too many', () => {
  expect(startsGrid(120)).toHaveLength(40)
  const grid = startsGrid(30_000)
  expect([grid[0], grid.at(-1)]).toEqual([1, 10_000])
  expect(grid.length).toBeLessThanOrEqual(40)
  expect(grid).toEqual(grid.toSorted((a, b) => a - b))
})

test.each([
  [{ losses: LOSSES, clipAt: 1 }, { starts: [5] }, 'starts must be at most a third of the trials, got 5 for 12 trials (at most 4)'],
  [{ losses: LOSSES, clipAt: 1 }, { starts: [0] }, 'starts must be an integer of at least 1, got 0'],
  [{ losses: LOSSES, errors: [1], clipAt: 1 }, {}, 'errors must be one for each of the 12 losses, got 1'],
  [{ losses: LOSSES, clipAt: Infinity }, {}, 'clipAt must be finite, got Infinity'],
  [{ losses: [1, 2], clipAt: 1 }, {}, 'trials must be an integer of at least 3, got 2'],
  [{ losses: LOSSES, clipAt: 1 }, { level: 95 }, 'level must lie strictly between 0 and 1, got 95'],
])('refuses %j, %j', (recorded, options, message) => {
  expect(() => bestOf(recorded, options)).toThrow(new RangeError(message))
})
