import { expect, test } from 'vitest'
import { intervalWithGaps } from '../intervals/interval-methods.ts'
import { isAbove, isBelow, verdictOn } from './verdicts.ts'

const THRESHOLD = -Math.log1p(-0.95)
const plain = { indifference: null, threshold: THRESHOLD }
const zoned = { indifference: { from: 0.8, to: 1.25 }, threshold: THRESHOLD }

test('says what comparing the level with the ends of the interval says', () => {
  for (const trials of [100, 400, 1_000, 20_000]) {
    for (const gaps of [0, 100]) {
      for (let successes = 0; successes <= trials; successes += Math.max(1, trials / 200)) {
        const { low, high } = intervalWithGaps('confidence-sequence', successes, trials, gaps)
        for (const level of [0.01, 0.1, 0.5]) {
          expect(isBelow({ successes, trials, gaps }, level, THRESHOLD)).toBe(high <= level)
          expect(isAbove({ successes, trials, gaps }, level, THRESHOLD)).toBe(low >= level)
        }
      }
    }
  }
})

test('without a success decides "below 1%" at 680 trials, and "below 10%" at 53', () => {
  // The high end 1 - exp(-(ln 20 + ln pi - ln B(1/2, n + 1/2)) / n) in 50-digit arithmetic (mpmath 1.3).
  expect(verdictOn({ successes: 0, trials: 679 }, 0.01, plain).verdict).toBe('undecided')
  expect(verdictOn({ successes: 0, trials: 680 }, 0.01, plain)).toEqual({ verdict: 'below', basis: 'interval' })
  expect(verdictOn({ successes: 0, trials: 52 }, 0.1, plain).verdict).toBe('undecided')
  expect(verdictOn({ successes: 0, trials: 53 }, 0.1, plain)).toEqual({ verdict: 'below', basis: 'interval' })
})

test('calls close what lies within the zone and holds the level', () => {
  // The interval at 1,000 of 10,000 is about [0.090, 0.111]; at 100 of 1,000 it is about [0.071, 0.137].
  expect(verdictOn({ successes: 1_000, trials: 10_000 }, 0.1, zoned)).toEqual({ verdict: 'close', basis: 'interval' })
  expect(verdictOn({ successes: 1_000, trials: 10_000 }, 0.1, plain).verdict).toBe('undecided')
  expect(verdictOn({ successes: 100, trials: 1_000 }, 0.1, zoned).verdict).toBe('undecided')
})

test('a zone that ends beyond 1 asks nothing of the high end', () => {
  expect(verdictOn({ successes: 950, trials: 1_000 }, 0.95, zoned).verdict).toBe('close')
})
