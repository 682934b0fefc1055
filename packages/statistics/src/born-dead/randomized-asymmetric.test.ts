import { expect, test } from 'vitest'
import { randomizedAsymmetricBound } from './randomized-asymmetric.ts'

const at = (depth: number, width: number) =>
  randomizedAsymmetricBound({ depth, width, relu: true, randomizedAsymmetric: true, nonnegativePoint: true })!

/** Uniform and normal numbers by mulberry32 and Box-Muller. */
function createDraws(seed: number) {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32
  }
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) }
}

/** Activation of a freshly drawn unit on inputs x, the last of which is the bias' 1. */
function drawUnit(x: readonly number[], { uniform, normal }: ReturnType<typeof createDraws>): number {
  const std = 0.6007 / Math.sqrt(x.length - 1)
  const row = x.map(() => std * normal())
  row[Math.floor(uniform() * x.length)] = Math.sqrt(uniform())
  return Math.max(0, row.reduce((sum, weight, index) => sum + weight * x[index]!, 0))
}

test('is the product over layers, by hand', () => {
  // Width 1: g = 1/4, a unit of a later layer dies with at most 1/4: 1 - (1/2)(3/4)^(L-2).
  expect(at(5, 1)).toEqual({ upper: expect.closeTo(1 - 0.5 * 0.75 ** 3, 14), excess: 0.25 })
  // Width 2: g = 1/6: 1 - (3/4)(1 - 1/9)^3.
  expect(at(5, 2).upper).toBeCloseTo(1 - 0.75 * (8 / 9) ** 3, 14)
  expect(at(1, 3).upper).toBe(0)
})

test('the excess of one position is at least half its share of the squared length', () => {
  // P(0 <= S < U t) for S standard normal and U of density 2u, by Simpson's rule; t = sqrt(y / (1 - y)) / 0.6007, fan-in 1.
  const simpson = (f: (v: number) => number, to: number): number => {
    const step = to / 2_000
    const value = (index: number): number => f(index * step) * (index === 0 || index === 2_000 ? 1 : index % 2 === 1 ? 4 : 2)
    return (Array.from({ length: 2_001 }, (_, index) => value(index)).reduce((sum, term) => sum + term, 0) * step) / 3
  }
  const density = (v: number): number => Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI)
  for (let index = 1; index < 200; index += 1) {
    const y = index / 200
    const t = Math.sqrt(y / (1 - y)) / 0.6007
    // By parts: the integral over u of 2u P(0 <= S < u t) is that over s < t of the density times 1 - (s / t)^2.
    expect(simpson((s) => density(s) * (1 - (s / t) ** 2), t)).toBeGreaterThan(y / 2)
  }
})

test('no nonnegative input makes a unit die more often than 1/2 - g', () => {
  // 300 inputs, 4,000 units each: 5 standard errors of the share, exceeded by one of 300 with probability 1e-4.
  const draws = createDraws(11)
  for (const width of [1, 2, 3, 6]) {
    const limit = 0.5 - at(3, width).excess
    for (let input = 0; input < 75; input += 1) {
      // Far apart in size, as the worst inputs are.
      const x = [...Array.from({ length: width }, () => Math.exp(4 * draws.normal())), 1]
      let dead = 0
      for (let unit = 0; unit < 4_000; unit += 1) dead += Number(drawUnit(x, draws) === 0)
      expect(dead / 4_000).toBeLessThan(limit + 5 * Math.sqrt(0.25 / 4_000))
    }
  }
})

test('one overwhelming input reaches it', () => {
  const draws = createDraws(12)
  const x = [1e9, 0, 0, 1]
  let dead = 0
  for (let unit = 0; unit < 40_000; unit += 1) dead += Number(drawUnit(x, draws) === 0)
  // 1/2 - g = 3/8 at width 3; four standard errors.
  expect(Math.abs(dead / 40_000 - 0.375)).toBeLessThan(4 * Math.sqrt((0.375 * 0.625) / 40_000))
})

test('lies above the published simulation, and below the bound of symmetric weights', () => {
  // Born dead of 1e5 networks at depths 5, 10, 20, 30 by a separate program in C, widths 2, 3 and 4.
  const shares = [[0.0559, 0.2346, 0.5265, 0.7061], [0.0091, 0.0642, 0.191, 0.301], [0.0014, 0.0167, 0.0602, 0.1042]]
  for (const [row, width] of [2, 3, 4].entries()) {
    for (const [column, depth] of [5, 10, 20, 30].entries()) {
      expect(at(depth, width).upper).toBeGreaterThan(shares[row]![column]!)
      expect(at(depth, width).upper).toBeLessThan(1 - (1 - 2 ** -width) ** (depth - 1))
    }
  }
})

test('is not given where a hypothesis fails', () => {
  const network = { depth: 5, width: 2, relu: true, randomizedAsymmetric: true, nonnegativePoint: true }
  for (const change of [{ relu: false }, { randomizedAsymmetric: false }, { nonnegativePoint: false }]) {
    expect(randomizedAsymmetricBound({ ...network, ...change })).toBeNull()
  }
})
