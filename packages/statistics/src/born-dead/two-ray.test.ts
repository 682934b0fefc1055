import { expect, test } from 'vitest'
import { agrees } from '../agreement/agrees.ts'
import { bornDeadBounds } from './bounds.ts'
import { twoRayBornDead, twoRayExact } from './two-ray.ts'

const at = (width: number, depth: number, repetitions?: number) =>
  twoRayBornDead({ width, maxDepth: depth, ...(repetitions === undefined ? {} : { repetitions }) }).at(-1)!

// Share of whole Gaussian networks that are dead on x = -1 and x = 1, at depths 5, 8, 10, 15, 20, 30, by a separate
// program in C: 4e6 networks to width 3, 1e6 to width 5, 4e5 above.
const WHOLE_NETWORKS = [
  [2, 4e6, [0.49796, 0.78645, 0.8798, 0.97137, 0.9932, 0.9996]],
  [3, 4e6, [0.20637, 0.45242, 0.57888, 0.78332, 0.88888, 0.97076]],
  [4, 1e6, [0.07262, 0.20496, 0.29418, 0.48484, 0.62693, 0.80452]],
  [5, 1e6, [0.02416, 0.08232, 0.12862, 0.24719, 0.35561, 0.53065]],
  [6, 4e5, [0.00752, 0.03061, 0.05199, 0.11255, 0.17614, 0.29384]],
  [8, 4e5, [0.00071, 0.00424, 0.00787, 0.02054, 0.03585, 0.07022]],
  [10, 4e5, [0.0001, 0.00067, 0.00132, 0.00381, 0.00696, 0.01479]],
] as const

test.each(WHOLE_NETWORKS)('agrees with whole networks of width %d', (width, trials, shares) => {
  // 42 comparisons, 1e-3 for all of them together.
  const curve = twoRayBornDead({ width, maxDepth: 30, repetitions: 10_000 })
  for (const [index, depth] of [5, 8, 10, 15, 20, 30].entries()) {
    const { estimate: probability, standardError } = curve[depth - 2]!
    const counts = { successes: Math.round(shares[index]! * trials), trials }
    expect(agrees(counts, { probability, standardError }, 1e-3 / 42)).toMatchObject({ agrees: true })
  }
})

/** Normal numbers by another generator (mulberry32) and another method (Box-Muller) than the code's own. */
function createNormal(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Whether a freshly drawn network is dead on x = 1 and x = -1: the definition, with full weight matrices. */
function isBornDead(depth: number, width: number, normal: () => number): boolean {
  let rays = [[1], [-1]]
  for (let layer = 1; layer < depth; layer += 1) {
    const next: number[][] = [[], []]
    for (let unit = 0; unit < width; unit += 1) {
      const weights = rays[0]!.map(() => normal())
      rays.forEach((ray, index) => {
        next[index]!.push(Math.max(0, weights.reduce((sum, weight, k) => sum + weight * ray[k]!, 0)))
      })
    }
    if (next.every((ray) => ray.every((value) => value === 0))) return true
    rays = next
  }
  return false
}

// Widths that the table above leaves out. 1e-3 for the three together.
test.each([
  [2, 4, 40_000],
  [3, 7, 20_000],
  [7, 12, 8_000],
])('agrees with networks of width %d and depth %d drawn here', (width, depth, trials) => {
  const normal = createNormal(20_260_101 + width)
  let successes = 0
  for (let trial = 0; trial < trials; trial += 1) successes += Number(isBornDead(depth, width, normal))
  const { estimate: probability, standardError } = at(width, depth)
  expect(agrees({ successes, trials }, { probability, standardError }, 1e-3 / 3)).toMatchObject({ agrees: true })
})

test('is a closed form to depth 3, and at width 1', () => {
  // Depth 3, width 2: (1/16) (3 - 1/2).
  expect(twoRayBornDead({ width: 2, maxDepth: 3 })).toEqual([
    { depth: 2, estimate: 0, standardError: 0, exact: true },
    { depth: 3, estimate: 0.15625, standardError: 0, exact: true },
  ])
  expect(at(1, 12)).toEqual({ depth: 12, estimate: 1 - 2 ** -10, standardError: 0, exact: true })
  expect(twoRayExact({ depth: 4, width: 2 })).toBeNull()
})

test('is simulated beyond, with an error that repetitions shrink', () => {
  const [few, many] = [at(4, 8, 1_000), at(4, 8, 16_000)]
  expect(few.exact).toBe(false)
  // A quarter, up to the error of the errors themselves.
  expect(few.standardError / many.standardError).toBeGreaterThan(3)
  expect(few.standardError / many.standardError).toBeLessThan(5)
})

test('states the error that it has', () => {
  const points = Array.from({ length: 60 }, (_, seed) =>
    twoRayBornDead({ width: 3, maxDepth: 8, repetitions: 300, seed }).at(-1)!)
  const mean = points.reduce((sum, { estimate }) => sum + estimate, 0) / 60
  const chiSquare = points.reduce((sum, { estimate, standardError: s }) => sum + ((estimate - mean) / s) ** 2, 0)
  // Chi-square quantiles with 59 degrees of freedom at 1e-4 and 1 - 1e-4 (scipy 1.17.1).
  expect(chiSquare).toBeGreaterThan(26.83)
  expect(chiSquare).toBeLessThan(108.16)
})

test('lies between the bounds at every depth and width', () => {
  for (const width of [2, 3, 6, 9]) {
    for (const { depth, estimate } of twoRayBornDead({ width, maxDepth: 30, repetitions: 2_000 })) {
      const { lower, upper } = bornDeadBounds({ inputDim: 1, depth, width, bothSigns: true, zeroBias: true })
      expect(estimate).toBeGreaterThanOrEqual(lower!)
      expect(estimate).toBeLessThanOrEqual(upper!)
    }
  }
})

test('begins a longer curve with the shorter one', () => {
  const [short, long] = [6, 12].map((maxDepth) => twoRayBornDead({ width: 5, maxDepth, repetitions: 500 }))
  expect(long!.slice(0, short!.length)).toEqual(short)
})

test('falls towards one with slope -ln(1 - 2^-N) once the rays have merged', () => {
  const curve = twoRayBornDead({ width: 3, maxDepth: 30, repetitions: 5_000 })
  const alive = (depth: number): number => Math.log(1 - curve[depth - 2]!.estimate)
  expect((alive(20) - alive(30)) / 10).toBeCloseTo(-Math.log(1 - 1 / 8), 2)
})

test.each([
  [{ width: 0, maxDepth: 5 }, 'width must be an integer of at least 1, got 0'],
  [{ width: 2, maxDepth: 1 }, 'maxDepth must be an integer of at least 2, got 1'],
  [{ width: 2, maxDepth: 5, repetitions: 1 }, 'repetitions must be an integer of at least 2, got 1'],
])('refuses %j', (options, message) => {
  expect(() => twoRayBornDead(options)).toThrow(new RangeError(message))
})
