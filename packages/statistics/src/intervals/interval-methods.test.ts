import { describe, expect, test } from 'vitest'
import { INTERVAL_METHODS, intervalWithGaps } from './interval-methods.ts'
import type { IntervalMethod } from './interval-methods.ts'

type Row = readonly [trials: number, successes: number, low: number, high: number]

// 95%, to nine decimals. Confidence sequence: mpmath 1.3, bisection in 40 digits; Clopper-Pearson and Jeffreys:
// beta quantiles of scipy 1.17.1; Wilson: scipy.stats.binomtest.
const TABLE: Readonly<Record<IntervalMethod, readonly Row[]>> = {
  'confidence-sequence': [
    [1, 0, 0, 0.975],
    [10, 0, 0, 0.376987351],
    [10, 3, 0.03251514, 0.74758711],
    [100, 1, 0.000014178, 0.084022314],
    [1000, 0, 0, 0.006997503],
    [1000, 10, 0.002406468, 0.02616443],
    [1000, 500, 0.442418386, 0.557581614],
    [1000, 926, 0.891962942, 0.952495171],
    [1000, 1000, 0.993002497, 1],
    [10_000, 100, 0.006558476, 0.014462067],
    [1_000_000, 10_000, 0.009558756, 0.010454479],
  ],
  'clopper-pearson': [
    [1, 0, 0, 0.975],
    [10, 0, 0, 0.308497108],
    [10, 3, 0.066739511, 0.65245285],
    [100, 1, 0.000253146, 0.054459385],
    [1000, 0, 0, 0.003682084],
    [1000, 10, 0.004805511, 0.018313243],
    [1000, 500, 0.468549173, 0.531450827],
    [1000, 926, 0.907988264, 0.941450556],
    [1000, 1000, 0.996317916, 1],
    [10_000, 100, 0.008143597, 0.012149505],
    [1_000_000, 10_000, 0.009805906, 0.01019694],
  ],
  wilson: [
    [1, 0, 0, 0.793450686],
    [10, 0, 0, 0.2775328],
    [10, 3, 0.107791267, 0.603221853],
    [100, 1, 0.001767432, 0.054486196],
    [1000, 0, 0, 0.003826758],
    [1000, 10, 0.005440754, 0.018309469],
    [1000, 500, 0.4690696, 0.5309304],
    [1000, 926, 0.908094594, 0.940645007],
    [1000, 1000, 0.996173242, 1],
    [10_000, 100, 0.008229336, 0.012146982],
    [1_000_000, 10_000, 0.00980686, 0.010196905],
  ],
  jeffreys: [
    [1, 0, 0, 0.853253684],
    [10, 0, 0, 0.217196268],
    [10, 3, 0.092694594, 0.605818318],
    [100, 1, 0.001081102, 0.045778897],
    [1000, 0, 0, 0.002508164],
    [1000, 10, 0.005152701, 0.017666397],
    [1000, 500, 0.469047713, 0.530952287],
    [1000, 926, 0.908536937, 0.941002321],
    [1000, 1000, 0.997491836, 1],
    [10_000, 100, 0.008188759, 0.012094708],
    [1_000_000, 10_000, 0.009806401, 0.010196435],
  ],
}

const METHODS = Object.keys(INTERVAL_METHODS) as IntervalMethod[]

describe.each(METHODS)('%s', (method) => {
  const interval = INTERVAL_METHODS[method]

  test.each(TABLE[method])('of %d trials with %d successes is the published one', (trials, successes, low, high) => {
    const result = interval(successes, trials)
    expect(Math.abs(result.low - low)).toBeLessThan(5.1e-10)
    expect(Math.abs(result.high - high)).toBeLessThan(5.1e-10)
  })

  test('knows nothing without trials', () => {
    expect(interval(0, 0)).toEqual({ low: 0, high: 1 })
  })

  test('is mirrored when successes and failures change places', () => {
    for (const k of [0, 1, 7, 50, 99, 100]) {
      const [here, there] = [interval(k, 100), interval(100 - k, 100)]
      expect(here.low).toBeCloseTo(1 - there.high, 14)
      expect(here.high).toBeCloseTo(1 - there.low, 14)
    }
  })

  test('holds the share, and widens with the level', () => {
    for (const k of [0, 1, 13, 40]) {
      const [narrow, wide] = [interval(k, 40, 0.5), interval(k, 40, 0.999)]
      expect(wide.low).toBeLessThanOrEqual(narrow.low)
      expect(narrow.low).toBeLessThanOrEqual(k / 40)
      expect(k / 40).toBeLessThanOrEqual(narrow.high)
      expect(narrow.high).toBeLessThanOrEqual(wide.high)
    }
  })

  test('stays inside [0, 1] and in order up to a thousand million trials', () => {
    for (const trials of [1, 2, 1e9]) {
      for (const k of [0, 1, trials - 1, trials]) {
        const { low, high } = interval(k, trials)
        expect(0 <= low && low < high && high <= 1).toBe(true)
      }
    }
  })

  test.each([
    [-1, 10, 0.95, 'successes must be an integer from 0 to 10 (the trials), got -1'],
    [11, 10, 0.95, 'successes must be an integer from 0 to 10 (the trials), got 11'],
    [0.5, 10, 0.95, 'successes must be an integer from 0 to 10 (the trials), got 0.5'],
    [0, 2.5, 0.95, 'trials must be an integer of at least 0, got 2.5'],
    [0, -1, 0.95, 'trials must be an integer of at least 0, got -1'],
    [0, Number.NaN, 0.95, 'trials must be an integer of at least 0, got NaN'],
    [1, 10, 1, 'level must lie strictly between 0 and 1, got 1'],
    [1, 10, 0, 'level must lie strictly between 0 and 1, got 0'],
    [1, 10, Number.NaN, 'level must lie strictly between 0 and 1, got NaN'],
  ])('refuses %d of %d at level %d by name', (successes, trials, level, message) => {
    expect(() => interval(successes, trials, level)).toThrow(new RangeError(message))
  })

  test('takes lost trials for failures below and for successes above', () => {
    const { low, high } = intervalWithGaps(method, 3, 90, 10)
    expect(low).toBe(interval(3, 100).low)
    expect(high).toBe(interval(13, 100).high)
  })
})

test('refuses a negative number of gaps', () => {
  expect(() => intervalWithGaps('wilson', 3, 90, -1)).toThrow('gaps must be an integer of at least 0, got -1')
})
