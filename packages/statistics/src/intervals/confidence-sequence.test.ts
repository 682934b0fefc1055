import { expect, test } from 'vitest'
import { confidenceSequence } from './confidence-sequence.ts'

// mpmath 1.3, bisection in 40 digits.
test.each([
  [0, 0, 1.3929730038058e-8],
  [1, 4.4603122814927e-16, 1.7484173266742e-8],
  [5e8, 0.49991758896809, 0.50008241103191],
])('keeps twelve digits for %d successes in 1e9 trials', (successes, low, high) => {
  const interval = confidenceSequence(successes, 1e9)
  expect(Math.abs(interval.low - low)).toBeLessThanOrEqual(1e-12 * low)
  expect(Math.abs(interval.high / high - 1)).toBeLessThan(1e-12)
})

test('is wider than Hoeffding at one time would be, and shrinks with the trials', () => {
  const widths = [100, 1_000, 10_000, 100_000].map((n) => {
    const { low, high } = confidenceSequence(n / 2, n)
    expect(high - low).toBeGreaterThan(2 * Math.sqrt(Math.log(2 / 0.05) / (2 * n)))
    return high - low
  })
  expect(widths).toEqual(widths.toSorted((x, y) => y - x))
})
