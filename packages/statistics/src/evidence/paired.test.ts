import { expect, test } from 'vitest'
import { comparePaired } from './paired.ts'

// scipy 1.17.1, stats.binomtest(b, b + c); mpmath 1.3, ln(B(b + 1/2, c + 1/2) 2^(b + c) / pi).
test.each([
  [15, 5, 0.04138946533203125, 0.877325723330351],
  [30, 10, 0.0022214337732293643, 3.15461402536419],
])('compares %d against %d discordant trials', (onlyFirst, onlySecond, pValue, logEvidence) => {
  const comparison = comparePaired({ onlyFirst, onlySecond })
  expect(comparison.pValue).toBeCloseTo(pValue, 14)
  expect(comparison.logEvidence).toBeCloseTo(logEvidence, 13)
})

test('does not care which setting comes first', () => {
  const [here, there] = [comparePaired({ onlyFirst: 7, onlySecond: 2 }), comparePaired({ onlyFirst: 2, onlySecond: 7 })]
  expect(here.pValue).toBe(there.pValue)
  expect(here.logEvidence).toBeCloseTo(there.logEvidence, 14)
})

test('says nothing where the settings never differ', () => {
  expect(comparePaired({ onlyFirst: 0, onlySecond: 0 })).toEqual({ pValue: 1, logEvidence: 0 })
})

test('lets lost pairs speak for equality, as far as they can', () => {
  const best = (onlyFirst: number, onlySecond: number, gaps: number): number[] => {
    const ways = Array.from({ length: gaps + 1 }, (_, toFirst) =>
      Array.from({ length: gaps - toFirst + 1 }, (_, toSecond) =>
        comparePaired({ onlyFirst: onlyFirst + toFirst, onlySecond: onlySecond + toSecond })))
    const all = ways.flat()
    return [Math.max(...all.map(({ pValue }) => pValue)), Math.min(...all.map(({ logEvidence }) => logEvidence))]
  }
  for (const [onlyFirst, onlySecond, gaps] of [[15, 5, 3], [5, 15, 30], [0, 0, 4], [7, 8, 2], [20, 4, 16]] as const) {
    const { pValue, logEvidence } = comparePaired({ onlyFirst, onlySecond, gaps })
    const [greatest, least] = best(onlyFirst, onlySecond, gaps)
    expect(pValue).toBeCloseTo(greatest!, 13)
    expect(logEvidence).toBeCloseTo(least!, 13)
  }
})

test('refuses counts that are none', () => {
  expect(() => comparePaired({ onlyFirst: -1, onlySecond: 2 })).toThrow(
    new RangeError('onlyFirst must be an integer of at least 0, got -1'),
  )
})
