import { expect, test } from 'vitest'
import { inactiveProbability, initializationsNeeded } from './inactive.ts'

// Width 1: 1 - (3/4)^8; width 2: 1 - (63/64)^8; width 3: 1 - (4095/4096)^8.
test.each([
  [1, 0.8999],
  [2, 0.1184],
  [3, 0.002],
])('of width %d at depth 10 is %d', (width, expected) => {
  expect(inactiveProbability({ depth: 10, width, zeroBias: false })).toBeCloseTo(expected, 4)
})

test('spares the first hidden layer, whose inputs may be negative', () => {
  expect(inactiveProbability({ depth: 2, width: 1, zeroBias: false })).toBe(0)
  expect(inactiveProbability({ depth: 1, width: 1, zeroBias: false })).toBe(0)
})

test('does without the signs of zero biases', () => {
  expect(inactiveProbability({ depth: 3, width: 2, zeroBias: true })).toBeCloseTo(1 / 16, 15)
  expect(inactiveProbability({ depth: 3, width: 2, zeroBias: false })).toBeCloseTo(1 / 64, 15)
})

test('needs as many initializations as drive the power below the miss', () => {
  // 0.926^38 = 0.0539, 0.926^39 = 0.0499; 0.967^89 = 0.0504, 0.967^90 = 0.0488.
  expect(initializationsNeeded(0.05, 0.926)).toBe(39)
  expect(initializationsNeeded(0.05, 0.967)).toBe(90)
  expect(initializationsNeeded(0.001, 0.1)).toBe(3)
  expect(initializationsNeeded(0.5, 0.1)).toBe(1)
})

test('needs one where nothing collapses, and no number where everything does', () => {
  expect(initializationsNeeded(0.05, 0)).toBe(1)
  expect(initializationsNeeded(0.05, 1)).toBe(Infinity)
  expect(() => initializationsNeeded(0, 0.5)).toThrow(RangeError)
  expect(() => initializationsNeeded(0.05, 1.1)).toThrow(RangeError)
})
