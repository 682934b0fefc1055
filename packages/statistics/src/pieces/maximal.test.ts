import { expect, test } from 'vitest'
import { maximalPieces, maximalRegions } from './maximal.ts'

const regions = (inputDim: number, ...widths: number[]) => maximalRegions({ inputDim, widths, relu: true })
const pieces = (inputDim: number, ...widths: number[]) => maximalPieces({ inputDim, widths, relu: true })

test('is the product of N + 1 for one input', () => {
  expect(regions(1, 8, 8, 8, 8, 8, 8, 8, 8, 8)).toBe(9n ** 9n)
  expect(pieces(1, 2, 3, 4)).toBe(60n)
  expect(pieces(1)).toBe(1n)
})

test('is the number of parts that lines cut a plane into, for one layer', () => {
  // 1 + n + n (n - 1) / 2 parts of the plane by n lines; 3 planes cut space into 8, 4 into 15.
  expect([1, 2, 3, 4, 10].map((width) => regions(2, width))).toEqual([2n, 4n, 7n, 11n, 56n])
  expect([regions(3, 3), regions(3, 4)]).toEqual([8n, 15n])
})

test('is the sum over the index set, by hand for two layers and two inputs', () => {
  // j_1 = 0: 1 (1 + 3 + 3); j_1 = 1: 3 (1 + 3 + 3); j_1 = 2: 3 (1 + 3).
  expect(regions(2, 3, 3)).toBe(40n)
})

test('is the sum over the index set, by brute force', () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
  const sum = (limit: number, widths: readonly number[]): number => {
    const [width, ...rest] = widths
    if (width === undefined) return 1
    const terms = Array.from({ length: Math.min(limit, width) + 1 }, (_, j) => choose(width, j) * sum(Math.min(limit, width - j), rest))
    return terms.reduce((total, term) => total + term, 0)
  }
  for (const widths of [[1, 1, 1], [2, 5, 2], [3, 1, 4, 2], [4, 4, 4, 4]]) {
    for (const inputDim of [1, 2, 3, 6]) expect(regions(inputDim, ...widths)).toBe(BigInt(sum(inputDim, widths)))
  }
})

test('is 3 for a chain of single units, which clamps', () => {
  expect([1, 2, 3, 9].map((length) => pieces(1, ...Array<number>(length).fill(1)))).toEqual([2n, 3n, 3n, 3n])
  expect(regions(1, 1, 1, 1, 1)).toBe(5n)
})

test('bounds only ReLU networks, and refuses what is none', () => {
  expect(maximalPieces({ inputDim: 1, widths: [4], relu: false })).toBeNull()
  expect(() => regions(0, 3)).toThrow(new RangeError('inputDim must be an integer of at least 1, got 0'))
  expect(() => regions(1, 2_000_000)).toThrow(new RangeError('widths must add up to at most 1000000 units, got 2000000'))
})
