import { expect, test } from 'vitest'
import { bornDeadBounds } from './bounds.ts'

const twoRays = { inputDim: 1, bothSigns: true, zeroBias: true }

/** The theorem's closed form. */
function closedForm(depth: number, width: number): number {
  const e = 2 ** -width
  const [a1, a2] = [1 - e, 1 - 2 * e - (width - 1) * e * e]
  const c = ((1 - 2 * e) * (1 - e)) / (1 + (width - 1) * e)
  return 1 - a1 ** (depth - 2) - c * (a1 ** (depth - 2) - a2 ** (depth - 2))
}

test('bounds from below by the closed form', () => {
  for (const width of [1, 2, 3, 7, 12]) {
    for (const depth of [2, 3, 4, 10, 30]) {
      const { lower } = bornDeadBounds({ ...twoRays, depth, width })
      expect(Math.abs(lower! - closedForm(depth, width))).toBeLessThan(1e-15)
    }
  }
})

// The two bounds of Lu, Shin, Su and Karniadakis (2020), evaluated in 40 digits (mpmath 1.3).
test.each([
  [2, 10, 0.87026, 0.92492],
  [3, 20, 0.86352, 0.9209],
  [5, 10, 0.06399, 0.24854],
  [8, 30, 0.01165, 0.1073],
])('encloses width %d, depth %d', (width, depth, lower, upper) => {
  const bounds = bornDeadBounds({ ...twoRays, depth, width })
  expect(bounds.lower).toBeCloseTo(lower, 5)
  expect(bounds.upper).toBeCloseTo(upper, 5)
})

test('keeps the digits of a tiny lower bound', () => {
  // Depth 3, closed form 4^-N (3 - 2^(1-N)).
  const { lower } = bornDeadBounds({ ...twoRays, depth: 3, width: 40 })
  expect(lower! / (4 ** -40 * (3 - 2 ** -39))).toBeCloseTo(1, 14)
})

test('has no lower bound with biases, with inputs of one sign, or of more dimensions', () => {
  for (const change of [{ zeroBias: false }, { bothSigns: false }, { inputDim: 2 }]) {
    const { lower, upper } = bornDeadBounds({ ...twoRays, depth: 3, width: 2, ...change })
    expect(lower).toBeNull()
    expect(upper).toBeCloseTo(7 / 16, 15)
  }
})

test('has no bound at all without symmetry', () => {
  expect(bornDeadBounds({ ...twoRays, depth: 3, width: 2, symmetric: false })).toEqual({ lower: null, upper: null })
})
