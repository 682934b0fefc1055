import { expect, test } from 'vitest'
import { initializationsNeeded } from './inactive.ts'
import { nonConvergence, startsDemanded, startsFor } from './non-convergence.ts'

const CASE = { relu: true, symmetricWeights: true, zeroBias: false, gradientOnly: true }

test('is the power of the inactive probability times the distance to the constants', () => {
  // Width 1, depth 10: q = 1 - (3/4)^8 = 0.89989; 5 starts, and |x| on [-sqrt 3, sqrt 3], whose best constant misses it by
  // sqrt(3) / 4 = 0.4330 on average.
  const q = 1 - 0.75 ** 8
  const { inactive, allInactive, leastError } = nonConvergence({ ...CASE, depth: 10, width: 1 }, { starts: 5, distance: Math.sqrt(3) / 4 })!
  expect(inactive).toBeCloseTo(q, 14)
  expect(allInactive).toBeCloseTo(q ** 5, 14)
  expect(leastError).toBeCloseTo((q ** 5 * Math.sqrt(3)) / 4, 14)
})

test('caps the distance at 1', () => {
  expect(nonConvergence({ ...CASE, depth: 3, width: 1 }, { starts: 1, distance: 7 })!.leastError).toBeCloseTo(0.25, 15)
})

test('demands starts that grow exponentially with depth', () => {
  // ln 0.05 / ln(1 - (3/4)^8) = 28.4, ln 0.05 / ln(1 - (3/4)^18) = 530.0..., by a pocket calculator.
  const demanded = (depth: number): number => startsDemanded({ ...CASE, depth, width: 1 }, 0.05)!
  expect(demanded(10)).toBe(29)
  expect(demanded(20)).toBe(Math.ceil(Math.log(0.05) / Math.log(1 - 0.75 ** 18)))
  // Ratio (4/3)^10 for ten layers more, once K is large.
  expect(demanded(120) / demanded(110)).toBeCloseTo((4 / 3) ** 10, 3)
  // Beyond what 1 - q can say in binary64.
  expect((demanded(300) * 0.75 ** 298) / -Math.log(0.05)).toBeCloseTo(1, 12)
})

test('agrees with the number from the probability of collapse, where that has digits', () => {
  for (const p of [0.1, 0.5, 0.926, 0.999]) expect(startsFor(0.05, 1 - p)).toBe(initializationsNeeded(0.05, p))
  // 0.1^3 = 0.001 exactly.
  expect(startsFor(0.001, 0.9)).toBe(3)
  expect(startsFor(0.05, 0)).toBe(Infinity)
  expect(startsFor(0.05, 1)).toBe(1)
})

test('is not given where a hypothesis fails', () => {
  for (const change of [{ relu: false }, { symmetricWeights: false }, { gradientOnly: false }]) {
    const network = { ...CASE, ...change, depth: 5, width: 2 }
    expect(nonConvergence(network, { starts: 1, distance: 1 })).toBeNull()
    expect(startsDemanded(network, 0.05)).toBeNull()
  }
})

test('refuses a distance that is none', () => {
  expect(() => nonConvergence({ ...CASE, depth: 5, width: 2 }, { starts: 1, distance: -1 })).toThrow(
    new RangeError('distance must be finite and not negative, got -1'),
  )
})
