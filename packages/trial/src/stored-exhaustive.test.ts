import { describe, expect, it } from 'vitest'
import { storedIn } from './stored.ts'

/** Fields of a format, as IEEE 754-2019, 3.4 lays them out: bits of the exponent and of the fraction. */
interface Layout {
  readonly exponentBits: number
  readonly fractionBits: number
}

/** The number with a bit pattern, sign bit 0, from its definition. */
function numberOf(pattern: number, { exponentBits, fractionBits }: Layout): number {
  const bias = 2 ** (exponentBits - 1) - 1
  const exponent = Math.floor(pattern / 2 ** fractionBits)
  const fraction = pattern % 2 ** fractionBits
  if (exponent === 0) return fraction * 2 ** (1 - bias - fractionBits)
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? Infinity : NaN
  return (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias)
}

describe.each([
  { numerics: 'f16/1', layout: { exponentBits: 5, fractionBits: 10 } },
  { numerics: 'bf16/1', layout: { exponentBits: 8, fractionBits: 7 } },
] as const)('all 65,536 patterns of $numerics', ({ numerics, layout }) => {
  const stored = storedIn(numerics)
  const infinity = (2 ** layout.exponentBits - 1) * 2 ** layout.fractionBits
  const numbers = Array.from({ length: 2 ** 15 }, (_, pattern) => numberOf(pattern, layout))

  it('are stored as they are, with either sign', () => {
    numbers.forEach((x) => expect([stored(x), stored(-x)]).toEqual([x, -x]))
  })

  it('have midpoints that go to the even pattern, and neighbours of midpoints that go to the nearer one', () => {
    // beyond the largest number the next one would have the pattern of infinity
    const next = (pattern: number): number => (pattern + 1 < infinity ? (numbers[pattern + 1] ?? NaN) : 2 ** (2 ** (layout.exponentBits - 1)))
    for (let pattern = 0; pattern < infinity; pattern++) {
      const low = numbers[pattern] ?? NaN
      const high = numbers[pattern + 1] ?? NaN
      const midpoint = low + (next(pattern) - low) / 2
      const [below, above] = [midpoint - (midpoint - low) * 2 ** -10, midpoint + (midpoint - low) * 2 ** -10]
      const even = pattern % 2 === 0 ? low : high
      for (const sign of [1, -1]) {
        const found = [stored(sign * midpoint), stored(sign * Math.fround(below)), stored(sign * Math.fround(above))]
        expect(found, `pattern ${pattern}, sign ${sign}`).toEqual([sign * even, sign * low, sign * high])
      }
    }
  })
})
