import { describe, expect, it } from 'vitest'
import { erf } from './erf.ts'
import { binary32 } from './binary32.ts'
import { fma32 } from './fma-binary32.ts'

/** An exact binary32 number as mantissa * 2^exponent in integers. */
function exactly(x: number): readonly [bigint, number] {
  if (x === 0) return [0n, 0]
  let exponent = Math.floor(Math.log2(Math.abs(x))) - 30
  exponent = Math.max(exponent, -149)
  return [BigInt(x / 2 ** exponent), exponent]
}

/** a b + c in integers, rounded once to binary32, ties to even: slowly, by long division. */
function exactFma(a: number, b: number, c: number): number {
  const [[ma, ea], [mb, eb], [mc, ec]] = [exactly(a), exactly(b), exactly(c)]
  const low = Math.min(ea + eb, ec)
  const sum = ((ma * mb) << BigInt(ea + eb - low)) + (mc << BigInt(ec - low))
  const size = sum < 0n ? -sum : sum
  const dropped = Math.max(size.toString(2).length - 24, -149 - low, 0)
  const half = dropped === 0 ? 0n : 1n << BigInt(dropped - 1)
  const kept = size >> BigInt(dropped)
  const rest = size - (kept << BigInt(dropped))
  const rounded = kept + (rest > half || (rest === half && dropped > 0 && kept % 2n === 1n) ? 1n : 0n)
  const value = Number(rounded) * 2 ** (low + dropped)
  return (sum < 0n ? -1 : 1) * (value > 3.4028234663852886e38 ? Infinity : value)
}

/** Words of a linear congruential generator (Knuth's MMIX). */
function words(seed: bigint): () => number {
  let state = seed
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number(state >> 32n)
  }
}

describe('fma of binary32', () => {
  it('rounds once: (1 + e)(1 - e) - 1 = -e^2', () => {
    const e = 2 ** -13
    expect(fma32(1 + e, 1 - e, -1)).toBe(-(e * e))
  })

  it('rounds to the right side of a midpoint that the sum misses by less than binary64 sees', () => {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24 lies between 1 + 2^-11 and 1 + 2^-11 + 2^-23; 2^-80 more is lost in a binary64 sum
    const root = 1 + 2 ** -12
    expect(fma32(root, root, 2 ** -80)).toBe(1 + 2 ** -11 + 2 ** -23)
    expect(fma32(root, root, -(2 ** -80))).toBe(1 + 2 ** -11)
    expect(fma32(root, root, 0)).toBe(1 + 2 ** -11)
  })

  it('equals exact integers on numbers near ties, subnormal ones and far apart', () => {
    const next = words(1n)
    const number = (spread: number): number => {
      const mantissa = 1 + (next() % 4096) * 2 ** -12 + (next() % 8 === 0 ? 2 ** -23 : 0)
      return (next() % 2 === 0 ? 1 : -1) * mantissa * 2 ** ((next() % (2 * spread)) - spread)
    }
    for (let i = 0; i < 20_000; i++) {
      const spread = i % 2 === 0 ? 30 : 60
      const [a, b, c] = [number(spread), number(spread), number(i % 3 === 0 ? 120 : spread)].map(Math.fround) as [number, number, number]
      expect(fma32(a, b, c), `fma(${a}, ${b}, ${c})`).toBe(exactFma(a, b, c))
    }
  })

  it('has the signs of zeros, infinities and NaNs of IEEE 754', () => {
    expect(fma32(-0, 1, -0)).toBe(-0)
    expect(fma32(1, 1, -1)).toBe(0)
    expect(fma32(3e38, 3e38, -3e38)).toBe(Infinity)
    expect(fma32(Infinity, 1, -Infinity)).toBeNaN()
    expect(fma32(Infinity, 0, 1)).toBeNaN()
    expect(fma32(1, NaN, 1)).toBeNaN()
  })
})

describe('elementary functions of binary32', () => {
  const ulp = (x: number): number => 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23)

  // V8's functions are fdlibm's, erf is of this package: independent, and right to binary64. Bounds as NUMERICS.md, 7 states them.
  it.each([
    ['exp', Math.exp, -100, 0, 1.5],
    ['expm1', Math.expm1, -30, 0, 1.5],
    ['tanh', Math.tanh, -12, 12, 3],
    ['erf', erf, -5, 5, 2],
  ] as const)('%s is right to a few units in the last place', (name, oracle, low, high, bound) => {
    for (let i = 0; i < 20_000; i++) {
      const x = Math.fround(low + ((high - low) * (i + 0.37)) / 20_000)
      expect(Math.abs(binary32[name](x) - oracle(x)) / ulp(oracle(x))).toBeLessThan(bound)
    }
  })

  it.each(['tanh', 'erf'] as const)('%s keeps the sign of zero, reaches one and passes NaN on', (name) => {
    expect([-0, 0, 20, -20, Infinity].map((x) => binary32[name](x))).toEqual([-0, 0, 1, -1, 1])
    expect(binary32[name](NaN)).toBeNaN()
  })

  it('underflows gradually: exp(-100) is 27 units of the subnormal numbers', () => {
    // exp(-100) = 3.72e-44 = 26.55 * 2^-149
    expect(binary32.exp(-100)).toBe(27 * 2 ** -149)
    expect(binary32.exp(-Infinity)).toBe(0)
  })
})
