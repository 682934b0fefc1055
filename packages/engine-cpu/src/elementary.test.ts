import { describe, expect, it } from 'vitest'

import type { Addon, InstructionSet } from './addon.ts'
import { loadAddon } from './addon.ts'

type Name = Parameters<Addon['evaluate']>[1]

const loaded = loadAddon()
if (!loaded.available) throw new Error(loaded.reason)
const { addon } = loaded
const sets = addon.instructionSets()

function evaluate<A extends Float32Array | Float64Array>(set: InstructionSet, name: Name, x: A, y: A = x, z: A = x): A {
  const result = x.slice() as A
  addon.evaluate(set, name, x, y, z, result)
  return result
}

/** Distance in units in the last place of `expected`; `digits` is 24 or 53. */
function ulps(actual: number, expected: number, digits: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(expected))), digits === 24 ? -126 : -1022)
  return Math.abs(actual - expected) / 2 ** (exponent - digits + 1)
}

/** `count` numbers from `low` to `high`, evenly spaced and never round. */
const spaced = (low: number, high: number, count: number) =>
  Float64Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.37)) / count)

// V8 computes Math.exp, expm1 and tanh by fdlibm (errors below 1 ulp in binary64): an independent implementation
const FUNCTIONS = [
  { name: 'exp', oracle: Math.exp, low: -100, high: 0, limit32: 1.5, limit64: 2.5 },
  { name: 'expm1', oracle: Math.expm1, low: -30, high: 0, limit32: 1.5, limit64: 2.5 },
  { name: 'expm1', oracle: Math.expm1, low: -0.4, high: 0, limit32: 1.5, limit64: 2.5 },
  { name: 'tanh', oracle: Math.tanh, low: -12, high: 12, limit32: 3, limit64: 4 },
  { name: 'tanh', oracle: Math.tanh, low: -0.1, high: 0.1, limit32: 3, limit64: 4 },
] as const

// mpmath 1.3.0: mp.dps = 40; print(nstr(erf(mpf(x)), 20)) for x as written (all exact in binary32)
const ERF: readonly (readonly [number, number])[] = [
  [0.0009765625, 0.0011019324300718147042],
  [0.125, 0.14031620480133381739],
  [0.5, 0.52049987781304653768],
  [0.875, 0.78407506105985965831],
  [1, 0.84270079294971486934],
  [1.0625, 0.86705826943495275538],
  [1.5, 0.96610514647531072707],
  [2, 0.99532226501895273416],
  [3, 0.99997790950300141456],
  [3.75, 0.9999998862727434302],
  [5.5, 0.99999999999999264215],
]

describe.each(sets)('elementary functions of %s', (set) => {
  it.each(FUNCTIONS)('$name is accurate to a few units in the last place on [$low, $high]', (f) => {
    const x64 = spaced(f.low, f.high, 20_000)
    const x32 = Float32Array.from(x64)
    const worst = (values: Iterable<number>, x: Float32Array | Float64Array, digits: number) =>
      Math.max(...Array.from(values, (value, i) => ulps(value, f.oracle(x[i]!), digits)))
    expect(worst(evaluate(set, f.name, x64), x64, 53)).toBeLessThan(f.limit64)
    expect(worst(evaluate(set, f.name, x32), x32, 24)).toBeLessThan(f.limit32)
  })

  it('erf equals its table', () => {
    const x = Float64Array.from(ERF, ([at]) => at)
    const [inBinary64, inBinary32] = [evaluate(set, 'erf', x), evaluate(set, 'erf', Float32Array.from(x))]
    ERF.forEach(([, value], i) => {
      expect(ulps(inBinary64[i]!, value, 53)).toBeLessThan(2)
      expect(ulps(inBinary32[i]!, value, 24)).toBeLessThan(2)
    })
  })

  it('erf and tanh are odd, bounded by one, and keep the sign of zero', () => {
    const x = Float64Array.from([0, 0.3, 0.9999999, 1.0000001, 2, 5.999, 7, 1e6, Number.MAX_VALUE, Infinity])
    for (const name of ['erf', 'tanh'] as const) {
      const positive = evaluate(set, name, x)
      expect(positive[9]).toBe(1)
      expect(evaluate(set, name, x.map((v) => -v))).toEqual(positive.map((v) => -v))
      expect(positive.every((v, i) => v <= 1 && (i === 0 || v >= positive[i - 1]!))).toBe(true)
    }
  })

  it('reaches the limits: exp(-inf) = 0, expm1(-inf) = -1, and NaN stays NaN', () => {
    const x = Float64Array.from([-Infinity, NaN, -1e300, 0])
    expect([...evaluate(set, 'exp', x)]).toEqual([0, NaN, 0, 1])
    expect([...evaluate(set, 'expm1', x)]).toEqual([-1, NaN, -1, 0])
    expect(evaluate(set, 'erf', x)[1]).toBeNaN()
    expect(evaluate(set, 'tanh', x)[1]).toBeNaN()
  })

  it('underflows gradually: exp(-100) is subnormal in binary32', () => {
    // exp(-100) = 3.72e-44 = 26.55 * 2^-149
    expect(evaluate(set, 'exp', Float32Array.of(-100))[0]).toBe(27 * 2 ** -149)
  })

  it('fma rounds once', () => {
    // (1 + e)(1 - e) - 1 = -e^2, which a rounded product loses
    const e = 2 ** -30
    expect(evaluate(set, 'fma', Float64Array.of(1 + e), Float64Array.of(1 - e), Float64Array.of(-1))[0]).toBe(-(e * e))
    const f = Math.fround(2 ** -13)
    expect(evaluate(set, 'fma', Float32Array.of(1 + f), Float32Array.of(1 - f), Float32Array.of(-1))[0]).toBe(-(f * f))
  })
})

describe.each(sets.filter((set) => set !== 'scalar'))('%s against the scalar build', (set) => {
  /** Bit patterns of all kinds: zeros, subnormals, infinities, NaNs, neighbours of exact ties. */
  function patterns(count: number, seed: number): BigUint64Array {
    let state = BigInt(seed)
    return BigUint64Array.from({ length: count }, () => {
      state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
      return state ^ (state >> 29n)
    })
  }
  const bitsOf = (values: Float64Array) =>
    [...values].map((v) => (Number.isNaN(v) ? 'NaN' : Object.is(v, -0) ? '-0' : String(v)))

  it.each([0, 6, 300, 1100])('fma has the same bits with the addend near the product to 2^-%i', (shift) => {
    const x = new Float64Array(patterns(40_000, 1).buffer)
    const y = new Float64Array(patterns(40_000, 2).buffer)
    const noise = new Float64Array(patterns(40_000, 3).buffer)
    const z = x.map((v, i) => -(v * y[i]!) * (1 + 2 ** -shift) + (i % 2 === 0 ? 0 : Math.abs(noise[i]!) * 2 ** -shift))
    expect(bitsOf(evaluate(set, 'fma', x, y, z))).toEqual(bitsOf(evaluate('scalar', 'fma', x, y, z)))
  })

  it('fma has the same bits among subnormals', () => {
    const tiny = (seed: number, scale: number) =>
      Float64Array.from(patterns(40_000, seed), (p) => Number(BigInt.asIntN(64, p)) * scale)
    const [x, y, z] = [tiny(4, 2 ** -600), tiny(5, 2 ** -580), tiny(6, 2 ** -1130)]
    expect(bitsOf(evaluate(set, 'fma', x, y, z))).toEqual(bitsOf(evaluate('scalar', 'fma', x, y, z)))
  })

  it.each(['exp', 'expm1', 'tanh', 'erf'] as const)('%s has the same bits', (name) => {
    const x = spaced(-9, 0, 10_000)
    const narrow = Float32Array.from(x)
    expect(evaluate(set, name, x)).toEqual(evaluate('scalar', name, x))
    expect(evaluate(set, name, narrow)).toEqual(evaluate('scalar', name, narrow))
  })
})
