import { expect, test } from 'vitest'
import { chiSquareTail } from './chi-square.ts'

// Upper critical values, NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4, printed to three decimals.
test.each([
  [1, 2.706, 0.1], [1, 3.841, 0.05], [1, 10.828, 0.001], [2, 9.21, 0.01], [10, 18.307, 0.05], [10, 29.588, 0.001],
  [30, 43.773, 0.05], [50, 76.154, 0.01], [100, 124.342, 0.05], [100, 149.449, 0.001],
])('df %d, critical value %d: %d', (df, critical, tail) => {
  expect(chiSquareTail(critical - 5e-4, df)).toBeGreaterThanOrEqual(tail * (1 - 1e-9))
  expect(chiSquareTail(critical + 5e-4, df)).toBeLessThanOrEqual(tail * (1 + 1e-9))
})

// In 40-digit arithmetic: mpmath 1.3, gammainc(df/2, x/2, inf, regularized=True).
test.each([
  [1, 0.0001, 0.99202128737073679],
  [1, 0.5, 0.47950012218695346],
  [1, 60, 9.4857375710738484e-15],
  [3, 0.001, 0.99999159208094195],
  [3, 200, 4.2185411071920423e-43],
  [7, 7, 0.42887985755305472],
  [25, 80, 1.1410611727198782e-7],
  [120, 120, 0.48283072737061278],
  [120, 90, 0.98134886535142455],
  [120, 300, 2.0761530190828101e-17],
  [9994, 9994, 0.49811880152070613],
  [9994, 10600, 1.2919146117230228e-5],
  [9994, 9500, 0.99980643961250192],
])('df %d at %d', (df, x, expected) => {
  expect(Math.abs(chiSquareTail(x, df) / expected - 1)).toBeLessThan(1e-12)
})

test('is the Poisson sum of the closed form at even degrees of freedom', () => {
  // Q(3, x) = e^-x (1 + x + x^2 / 2).
  for (const x of [0.5, 2, 4, 9, 40]) {
    expect(Math.abs(chiSquareTail(2 * x, 6) / (Math.exp(-x) * (1 + x + (x * x) / 2)) - 1)).toBeLessThan(1e-13)
  }
})

test('is 1 at 0 and 0 at infinity', () => {
  expect(chiSquareTail(0, 3)).toBe(1)
  expect(chiSquareTail(Infinity, 3)).toBe(0)
})

test('refuses what is no chi-square', () => {
  expect(() => chiSquareTail(-1, 3)).toThrow(new RangeError('a chi-square must be at least 0, got -1'))
  expect(() => chiSquareTail(1, 0)).toThrow(new RangeError('degreesOfFreedom must be positive, got 0'))
})
