import { expect, test } from 'vitest'
import { expectedFirstLayerPieces, linearPiecesReference } from './expected.ts'
import type { EntryLaw } from './expected.ts'

const DOMAIN = [-Math.sqrt(3), Math.sqrt(3)] as const
const normal = (std: number): EntryLaw => ({ kind: 'normal', std })
const uniform = (limit: number): EntryLaw => ({ kind: 'uniform', limit })
const layer = (weights: EntryLaw, biases: EntryLaw | null, width = 100) =>
  ({ inputDim: 1, width, relu: true, weights, biases, domain: DOMAIN })

test('adds 0.75, 0.97 and 0.71 pieces a unit under the usual laws', () => {
  // (2 / pi) atan(sqrt 6) = 0.7532, (2 / pi) atan(10 sqrt 6) = 0.9740, 1 - 1 / (2 sqrt 3) = 0.7113.
  expect(expectedFirstLayerPieces(layer(normal(Math.SQRT2), normal(1)))).toBeCloseTo(1 + 75.32, 2)
  expect(expectedFirstLayerPieces(layer(normal(Math.SQRT2), normal(0.1)))).toBeCloseTo(1 + 97.4, 2)
  expect(expectedFirstLayerPieces(layer(uniform(1), uniform(1)))).toBeCloseTo(1 + 71.13, 2)
})

test('agrees with networks of one hidden layer, counted elsewhere', () => {
  // Mean pieces of 400 networks (200 at width 32) by exact propagation in a separate program; four of its standard errors.
  const counted = [
    [8, normal(0.1), 8.78, 0.02], [16, normal(0.1), 16.59, 0.03], [32, normal(0.1), 32.16, 0.06],
    [8, normal(1), 6.95, 0.06], [32, normal(1), 24.9, 0.2],
  ] as const
  for (const [width, biases, mean, error] of counted) {
    const expected = expectedFirstLayerPieces(layer(normal(Math.SQRT2), biases, width))!
    expect(Math.abs(expected - mean)).toBeLessThan(4 * error)
  }
  for (const [width, mean, error] of [[8, 6.7, 0.06], [32, 23.9, 0.2]] as const) {
    expect(Math.abs(expectedFirstLayerPieces(layer(uniform(1), uniform(1), width))! - mean)).toBeLessThan(4 * error)
  }
})

test('counts the turning points of a domain that is not centred', () => {
  // Half of those of [-1, 1] by symmetry; for uniform laws on [0, 1/2] a quarter of 1/2, since |b / w| <= 1/2 has 1/4.
  const at = (weights: EntryLaw, biases: EntryLaw, domain: readonly [number, number]) =>
    expectedFirstLayerPieces({ ...layer(weights, biases, 8), domain })
  expect(at(normal(2), normal(3), [0, 1])! - 1).toBeCloseTo((at(normal(2), normal(3), [-1, 1])! - 1) / 2, 14)
  expect(at(uniform(1), uniform(1), [0, 0.5])).toBeCloseTo(1 + 8 / 8, 14)
  expect(at(uniform(2), uniform(2), [1, 2])).toBeCloseTo(1 + 8 * 0.5 * (0.75 - 0.5), 14)
})

test('turns all units at the origin where biases are zero', () => {
  expect(expectedFirstLayerPieces(layer(normal(1), null))).toBe(2)
  expect(expectedFirstLayerPieces({ ...layer(normal(1), null), domain: [1, 2] })).toBe(1)
})

test('is linear in the number of units as a reference, high by a few percent at small biases', () => {
  // Counted at depth 8 of width 16, biases of std 0.1: 120.6, and 0.95 to 0.97 pieces a unit over all shapes.
  const reference = linearPiecesReference(expectedFirstLayerPieces(layer(normal(Math.SQRT2), normal(0.1), 16))!, 8)
  expect(reference / 120.6).toBeGreaterThan(1)
  expect(reference / 120.6).toBeLessThan(1.05)
})

test('is not given where a hypothesis fails', () => {
  expect(expectedFirstLayerPieces(layer(normal(1), uniform(1)))).toBeNull()
  expect(expectedFirstLayerPieces({ ...layer(normal(1), normal(1)), inputDim: 2 })).toBeNull()
  expect(expectedFirstLayerPieces({ ...layer(normal(1), normal(1)), relu: false })).toBeNull()
  expect(() => expectedFirstLayerPieces(layer(normal(1), normal(0)))).toThrow(
    new RangeError('std must be positive and finite, got 0'),
  )
  expect(() => expectedFirstLayerPieces({ ...layer(normal(1), null), domain: [1, 1] })).toThrow(
    new RangeError('domain must be an interval [low, high], got [1, 1]'),
  )
})
