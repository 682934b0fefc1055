import { expect, test } from 'vitest'
import { betaLowerQuantile, betaUpperQuantile } from './beta-quantile.ts'
import { regularizedBeta } from './incomplete-beta.ts'

// mpmath 1.3: root of betainc(a, b, 0, x, regularized) = tail, 40 digits.
test.each([
  [0.025, 3, 8, 0.0667395111777344671],
  [0.025, 0.5, 10.5, 0.0000478904331575818899],
  [0.005, 926, 75, 0.902081139512841301],
  [0.4, 2.5, 1.5, 0.581840907132519815],
  [0.025, 1000.5, 0.5, 0.997491835658577685],
])('leaves a tail of %d below it for a = %d, b = %d', (tail, a, b, expected) => {
  expect(Math.abs(betaLowerQuantile(tail, { a, b }) / expected - 1)).toBeLessThan(1e-14)
})

test('keeps the digits of a small upper quantile', () => {
  // 1 - 0.997491835658577685 from the row above, and -ln(0.025) / 1e9 to first order for Beta(1, 1e9).
  expect(Math.abs(betaUpperQuantile(0.025, { a: 0.5, b: 1000.5 }) / 0.00250816434142231485 - 1)).toBeLessThan(1e-13)
  const expected = -Math.expm1(Math.log(0.025) / 1e9)
  expect(Math.abs(betaUpperQuantile(0.025, { a: 1, b: 1e9 }) / expected - 1)).toBeLessThan(1e-13)
})

test('inverts both tails, from 1e-12 to 1/2, for every shape', () => {
  for (const a of [0.5, 1, 12.5, 1e4, 1e9]) {
    for (const b of [0.5, 1, 40, 1e6, 1e9]) {
      for (const tail of [1e-12, 1e-3, 0.025, 0.5]) {
        // Either number may be the one too close to 1 to carry the tail: together they name the point.
        const at = { p: betaLowerQuantile(tail, { a, b }), q: betaUpperQuantile(tail, { a: b, b: a }) }
        expect(Math.abs(regularizedBeta(at, { a, b }) / tail - 1)).toBeLessThan(1e-9)
        expect(Math.abs(at.p + at.q - 1)).toBeLessThan(1e-15)
      }
    }
  }
})
