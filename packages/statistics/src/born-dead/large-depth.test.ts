import { expect, test } from 'vitest'
import { largeDepthBornDead, largeDepthLaw } from './large-depth.ts'
import { twoRayBornDead } from './two-ray.ts'

const CASE = {
  inputDim: 1,
  gaussianWeights: true,
  symmetricWeights: true,
  zeroBias: true,
  relu: true,
  raysOfInput: 'both',
} as const

// Amplitudes and probabilities at depth 30 from whole Gaussian networks, by a separate program in C: 4e6 networks to width 3,
// 1e6 above.
test.each([
  [2, 4e6, 0.9996],
  [3, 4e6, 0.97076],
  [4, 1e6, 0.80452],
  [5, 1e6, 0.53065],
])('of width %d agrees with %d whole networks at depth 30', (width, networks, share) => {
  const law = largeDepthLaw({ ...CASE, width })!
  const expected = largeDepthBornDead(law, 30)!
  const error = Math.hypot(Math.sqrt((share * (1 - share)) / networks), law.standardError * law.ratio ** 28)
  // Printed to five decimals; four standard errors.
  expect(Math.abs(expected - share)).toBeLessThan(4 * error + 5e-6)
})

test.each([2, 3, 4, 5])('of width %d is within 0.0015 of the curve from its first depth on', (width) => {
  const law = largeDepthLaw({ ...CASE, width })!
  // Other chains than the law's own.
  for (const { depth, estimate } of twoRayBornDead({ width, maxDepth: 35, repetitions: 20_000, seed: 2 })) {
    const value = largeDepthBornDead(law, depth)
    if (value === null) expect(depth).toBeLessThan(law.firstDepth)
    else expect(Math.abs(value - estimate)).toBeLessThan(0.0015)
  }
})

test('is exact at width 1', () => {
  const law = largeDepthLaw({ ...CASE, width: 1 })!
  expect(law).toEqual({ amplitude: 1, standardError: 0, ratio: 0.5, firstDepth: 2 })
  expect(largeDepthBornDead(law, 12)).toBe(1 - 2 ** -10)
})

test.each([
  { inputDim: 2 },
  { raysOfInput: 'one' },
  { zeroBias: false },
  { gaussianWeights: false },
  { relu: false },
  { width: 6 },
] as const)('is not given for %j', (change) => {
  expect(largeDepthLaw({ ...CASE, width: 2, ...change })).toBeNull()
})
