import { expect, test } from 'vitest'
import { confidenceSequence } from '../intervals/confidence-sequence.ts'
import { stratifiedEstimate } from './stratified.ts'

const TRAINED = { successes: 386, trials: 965 }

test('joins born dead and died in training', () => {
  // Depth 10, width 2: b = 0.8798 and 386 of 965 living networks died, hence 92.79%, by hand.
  const { estimate, variance, low, high } = stratifiedEstimate({
    bornDead: { estimate: 0.8798, standardError: 0 },
    diedAlive: TRAINED,
  })
  expect(estimate).toBeCloseTo(0.8798 + 0.1202 * 0.4, 14)
  expect(Math.sqrt(variance!)).toBeCloseTo(0.1202 * Math.sqrt((0.4 * 0.6) / 965), 14)
  const alone = confidenceSequence(386, 965)
  expect(low).toBeCloseTo(0.8798 + 0.1202 * alone.low, 14)
  expect(high).toBeCloseTo(0.8798 + 0.1202 * alone.high, 14)
})

test('splits the level between two counted strata', () => {
  const { low, high, bornDead, diedAlive } = stratifiedEstimate({ bornDead: { successes: 880, trials: 1_000 }, diedAlive: TRAINED })
  expect(bornDead).toEqual(confidenceSequence(880, 1_000, 0.975))
  expect(diedAlive).toEqual(confidenceSequence(386, 965, 0.975))
  expect(low).toBeCloseTo(1 - (1 - bornDead.low) * (1 - diedAlive.low), 14)
  expect(high).toBeCloseTo(1 - (1 - bornDead.high) * (1 - diedAlive.high), 14)
})

test('gives a simulated probability its normal interval', () => {
  // 2.241402727604945: the normal point exceeded with probability 0.0125 (Python's NormalDist).
  const { bornDead } = stratifiedEstimate({ bornDead: { estimate: 0.5, standardError: 0.01 }, diedAlive: TRAINED })
  expect(bornDead.low).toBeCloseTo(0.5 - 0.02241402727604945, 13)
  expect(bornDead.high).toBeCloseTo(0.5 + 0.02241402727604945, 13)
})

test('has the variance of the delta method', () => {
  const { variance } = stratifiedEstimate({ bornDead: { successes: 600, trials: 1_000 }, diedAlive: { successes: 30, trials: 100 } })
  expect(variance).toBeCloseTo(0.7 ** 2 * ((0.6 * 0.4) / 1_000) + 0.4 ** 2 * ((0.3 * 0.7) / 100), 16)
})

test('is exact about the variance, by simulation', () => {
  // The variance of 4,000 estimates is within 4 of its standard errors, sqrt(2 / 4000), of the formula at the truth.
  let state = 77
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const count = (trials: number, p: number): number => Array.from({ length: trials }, uniform).filter((u) => u < p).length
  const estimates = Array.from({ length: 4_000 }, () =>
    stratifiedEstimate({
      bornDead: { successes: count(200, 0.6), trials: 200 },
      diedAlive: { successes: count(80, 0.3), trials: 80 },
    }).estimate!)
  const mean = estimates.reduce((sum, value) => sum + value, 0) / 4_000
  const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3_999
  const stated = 0.7 ** 2 * ((0.6 * 0.4) / 200) + 0.4 ** 2 * ((0.3 * 0.7) / 80)
  expect(Math.abs(variance / stated - 1)).toBeLessThan(4 * Math.sqrt(2 / 4_000))
})

test('knows only bounds while a stratum has no trials', () => {
  const none = { successes: 0, trials: 0 }
  expect(stratifiedEstimate({ bornDead: { estimate: 0.9, standardError: 0 }, diedAlive: none })).toMatchObject({
    estimate: null,
    variance: null,
    low: 0.9,
    high: 1,
  })
})

test('widens by lost trials', () => {
  const bornDead = { estimate: 0.5, standardError: 0 }
  const [whole, lost] = [0, 10].map((gaps) => stratifiedEstimate({ bornDead, diedAlive: { ...TRAINED, gaps } }))
  expect(lost!.low).toBeLessThan(whole!.low)
  expect(lost!.high).toBeGreaterThan(whole!.high)
})

test.each([
  [{ bornDead: { estimate: 1.5, standardError: 0 }, diedAlive: TRAINED }, 'estimate must lie in [0, 1], got 1.5'],
  [{ bornDead: { estimate: 0.5, standardError: -1 }, diedAlive: TRAINED }, 'standardError must not be negative, got -1'],
])('refuses %j', (strata, message) => {
  expect(() => stratifiedEstimate(strata)).toThrow(new RangeError(message))
})
