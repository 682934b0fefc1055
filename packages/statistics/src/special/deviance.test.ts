import { expect, test } from 'vitest'
import { binomialDeviance, deviation, split } from './deviance.ts'

// mpmath 1.3, 40 digits, with p the binary64 number.
test.each([
  [3, 10, 0.25, 0.0640145699732037183],
  [0, 10, 0.1, 1.05360515657826307],
  [10, 10, 0.1, 23.0258509299404563],
  [10_000_000, 1e9, 0.01001, 5.04717455527710806],
])('measures %d of %d against %d', (k, n, p, expected) => {
  expect(Math.abs(binomialDeviance(k, n, split(p)) / expected - 1)).toBeLessThan(2e-15)
})

test('keeps 14 digits where the rounding of n p alone would leave 8', () => {
  const expected = 0.0000199999999789461661
  expect(Math.abs(binomialDeviance(5e8, 1e9, split(0.5000001)) / expected - 1)).toBeLessThan(1e-14)
})

test('is exact about the deviation, by integer arithmetic on the bits of p', () => {
  // p = m 2^-53 exactly, so that k - n p = (k 2^53 - n m) 2^-53.
  const m = 5_404_319_552_844_595n
  const [k, n] = [600_000_007n, 1_000_000_011n]
  const exact = Number(k * 2n ** 53n - n * m) / 2 ** 53
  expect(deviation(Number(k), Number(n), split(Number(m) / 2 ** 53))).toBe(exact)
})

test('is infinite against a probability that excludes what was seen', () => {
  expect(binomialDeviance(1, 2, split(0))).toBe(Infinity)
  expect(binomialDeviance(1, 2, split(1))).toBe(Infinity)
})
