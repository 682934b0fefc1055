import { expect, test } from 'vitest'
import { split } from '../special/deviance.ts'
import { binomialTails, logBinomial } from './binomial.ts'

// mpmath 1.3, 40 digits, sums of terms; p is the binary64 number.
test.each([
  [3, 10, 0.3, 0.6496107184, 0.6172172136],
  [0, 1000, 0.01, 4.317124741065824e-5, 1],
  [60, 1000, 0.1, 4.37881990286278e-6, 0.9999975414686313],
  [200, 1000, 0.1, 1, 2.928054803828695e-21],
  [926, 1000, 0.88, 0.999999278688883, 1.255804636648719e-6],
])('gives both tails of %d in %d at %d', (k, n, p, lower, upper) => {
  const tails = binomialTails(k, n, p)
  expect(Math.abs(tails.lower / lower - 1)).toBeLessThan(1e-12)
  expect(Math.abs(tails.upper / upper - 1)).toBeLessThan(1e-12)
})

test('overlap in exactly the observed count', () => {
  for (const k of [0, 1, 4, 9]) {
    const { lower, upper } = binomialTails(k, 9, 0.2)
    expect(lower + upper - 1).toBeCloseTo(Math.exp(logBinomial(k, 9, split(0.2))), 14)
  }
})

test('are 0 and 1 where the probability is', () => {
  expect(binomialTails(0, 5, 0)).toEqual({ lower: 1, upper: 1 })
  expect(binomialTails(1, 5, 0)).toEqual({ lower: 1, upper: 0 })
  expect(binomialTails(5, 5, 1)).toEqual({ lower: 1, upper: 1 })
  expect(binomialTails(4, 5, 1)).toEqual({ lower: 0, upper: 1 })
})

test('refuses a probability outside [0, 1]', () => {
  expect(() => binomialTails(1, 2, 1.5)).toThrow(new RangeError('p must lie in [0, 1], got 1.5'))
})
