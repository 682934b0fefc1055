import { describe, expect, it } from 'vitest'
import { exp, tanh } from './exponential.ts'

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

describe('exponential functions', () => {
  // Correctly rounded values computed with mpmath 1.3 at 50 digits.
  it.each([
    [exp, -745, 5e-324],
    [exp, -708.5, 2.006132305331306e-308],
    [exp, -20.25, 1.6052280551856116e-9],
    [exp, -0.3, 0.7408182206817179],
    [exp, 1e-9, 1.000000001],
    [exp, 1, 2.718281828459045],
    [exp, 10.125, 24959.255641914595],
    [exp, 709.5, 1.3549863193146328e308],
    [tanh, 1e-10, 1e-10],
    [tanh, 0.01, 0.00999966667999946],
    [tanh, -0.3, -0.2913126124515909],
    [tanh, 0.55, 0.5005202111902353],
    [tanh, 0.99, 0.7573623242165263],
    [tanh, 1, 0.7615941559557649],
    [tanh, -2.5, -0.9866142981514303],
    [tanh, 21.5, 1],
  ])('%o at %d is within 1.5 units in the last place of the true value', (f, x, expected) => {
    expect(ulps(f(x), expected)).toBeLessThanOrEqual(1.5)
  })

  // Both sides err by less than 1 ulp (exp) or 1.5 ulp (tanh).
  it('agree with the platform', () => {
    expect(worst(exp, Math.exp, -745, 709)).toBeLessThanOrEqual(2)
    expect(worst(exp, Math.exp, -1, 1)).toBeLessThanOrEqual(2)
    expect(worst(tanh, Math.tanh, -23, 23)).toBeLessThanOrEqual(3)
    expect(worst(tanh, Math.tanh, -1, 1)).toBeLessThanOrEqual(3)
    expect(worst(tanh, Math.tanh, -1e-7, 1e-7)).toBeLessThanOrEqual(3)
  })

  it('have the limits of the functions at the ends of the range', () => {
    expect([exp(0), exp(-0), exp(710), exp(-746), exp(Infinity), exp(-Infinity)]).toEqual([1, 1, Infinity, 0, Infinity, 0])
    expect([tanh(0), tanh(-0), tanh(1e300), tanh(-Infinity)]).toEqual([0, -0, 1, -1])
    expect([exp(NaN), tanh(NaN)]).toEqual([NaN, NaN])
  })
})
