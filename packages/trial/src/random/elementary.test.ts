import { describe, expect, it } from 'vitest'
import { cos, cosTurns, log, sin, sinTurns, TRIGONOMETRIC_LIMIT } from './elementary.ts'

/** Distance in units of the last place of the expected value. */
function ulps(actual: number, expected: number): number {
  if (Object.is(actual, expected)) return 0
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(expected))), -1022)
  return Math.abs(actual - expected) / 2 ** (exponent - 52)
}

/** Largest error against the platform's function at 100,000 points from low to high. */
function worst(own: (x: number) => number, platform: (x: number) => number, low: number, high: number): number {
  let error = 0
  for (let i = 0; i < 100_000; i++) {
    const x = low + ((high - low) * (i + 0.5)) / 100_000
    error = Math.max(error, ulps(own(x), platform(x)))
  }
  return error
}

describe('elementary functions', () => {
  // Correctly rounded values computed with mpmath 1.3 at 50 digits.
  it.each([
    [log, 1e-300, -690.7755278982137],
    [log, 5e-324, -744.4400719213812],
    [log, 0.7, -0.35667494393873245],
    [log, 0.99, -0.01005033585350145],
    [log, 1.0001, 9.999500033329732e-5],
    [log, 3, 1.0986122886681098],
    [log, 1e10, 23.025850929940457],
    [sin, -3, -0.1411200080598672],
    [sin, 8.660254037844386, 0.6921934864921456],
    [sin, 1000.25, 0.9403086681560692],
    [sin, 500000.125, 0.05375615973415311],
    [cos, -3, -0.9899924966004454],
    [cos, 8.660254037844386, -0.7217119766623302],
    [cos, 1000.25, 0.3403228005740423],
    [cos, 500000.125, -0.9985540923208097],
  ])('%o at %d is within one unit in the last place of the true value', (f, x, expected) => {
    expect(ulps(f(x), expected)).toBeLessThanOrEqual(1)
  })

  // Both sides err by less than 1 ulp.
  it('agrees with the platform to 2 units in the last place', () => {
    expect(worst(log, Math.log, 0, 1)).toBeLessThanOrEqual(2)
    expect(worst(log, Math.log, 0.5, 1e6)).toBeLessThanOrEqual(2)
    expect(worst(sin, Math.sin, -10, 10)).toBeLessThanOrEqual(2)
    expect(worst(sin, Math.sin, -5e5, 5e5)).toBeLessThanOrEqual(2)
    expect(worst(cos, Math.cos, -10, 10)).toBeLessThanOrEqual(2)
    expect(worst(cos, Math.cos, -5e5, 5e5)).toBeLessThanOrEqual(2)
  })

  it('keeps its accuracy beside multiples of pi/2, where the reduction cancels', () => {
    for (let n = 1; n < 300_000; n = Math.ceil(1.1 * n)) {
      const near = n * (Math.PI / 2)
      expect(ulps(sin(near), Math.sin(near))).toBeLessThanOrEqual(2)
      expect(ulps(cos(near), Math.cos(near))).toBeLessThanOrEqual(2)
    }
  })

  it('gives the logarithm at the edges of its domain', () => {
    expect([log(1), log(0), log(Infinity)]).toEqual([0, -Infinity, Infinity])
    expect([log(-1), log(NaN)]).toEqual([NaN, NaN])
  })

  it('is exact at quarter turns', () => {
    const turns = [0, 0.25, 0.5, 0.75, 1]
    expect(turns.map((u) => cosTurns(u) + 0)).toEqual([1, 0, -1, 0, 1])
    expect(turns.map((u) => sinTurns(u) + 0)).toEqual([0, 1, 0, -1, 0])
  })

  it('turns as the radian functions do', () => {
    for (let i = 0; i < 1000; i++) {
      const u = (i + 0.5) / 1000
      expect(Math.abs(sinTurns(u) - Math.sin(2 * Math.PI * u))).toBeLessThan(1e-15)
      expect(Math.abs(cosTurns(u) - Math.cos(2 * Math.PI * u))).toBeLessThan(1e-15)
    }
  })

  it('refuses angles that it cannot reduce', () => {
    expect(() => sin(TRIGONOMETRIC_LIMIT + 1)).toThrow(RangeError)
    expect(() => cos(NaN)).toThrow('invalid angle NaN')
  })
})
