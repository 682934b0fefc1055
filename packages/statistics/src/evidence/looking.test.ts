import { expect, test } from 'vitest'
import { probabilityOfEver } from './looking.ts'

test('finds the chance of some success in six trials, however the looks are spaced', () => {
  for (const [every, looks] of [[1, 6], [2, 3], [6, 1]] as const) {
    expect(probabilityOfEver({ p: 0.25, every, looks }, (k) => k > 0)).toBeCloseTo(1 - 0.75 ** 6, 14)
  }
})

test('counts what happened at an early look although it is undone later', () => {
  // After 1 trial: success (1/2). After 2, given failure first: 1 of 2 is not above one half.
  expect(probabilityOfEver({ p: 0.5, every: 1, looks: 2 }, (k, n) => k > n / 2)).toBe(0.5)
})

test('refuses to look never', () => {
  expect(() => probabilityOfEver({ p: 0.5, every: 10, looks: 0 }, () => true)).toThrow(
    new RangeError('looks must be an integer of at least 1, got 0'),
  )
})
