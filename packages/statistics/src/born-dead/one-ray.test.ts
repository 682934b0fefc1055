import { expect, test } from 'vitest'
import { oneRayBornDead } from './one-ray.ts'

test('is a coin for each unit, all of a layer against', () => {
  expect(oneRayBornDead({ depth: 1, width: 3 })).toBe(0)
  expect(oneRayBornDead({ depth: 2, width: 1 })).toBeCloseTo(0.5, 15)
  expect(oneRayBornDead({ depth: 3, width: 2 })).toBeCloseTo(7 / 16, 15)
})

test('keeps its digits where it is tiny', () => {
  expect(oneRayBornDead({ depth: 11, width: 60 }) / (10 * 2 ** -60)).toBeCloseTo(1, 14)
})

test('refuses a network without layers or units', () => {
  expect(() => oneRayBornDead({ depth: 0, width: 2 })).toThrow(
    new RangeError('depth must be an integer of at least 1, got 0'),
  )
  expect(() => oneRayBornDead({ depth: 2, width: 1.5 })).toThrow(
    new RangeError('width must be an integer of at least 1, got 1.5'),
  )
})
