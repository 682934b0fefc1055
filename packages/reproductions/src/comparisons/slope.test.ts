import { expect, it } from 'vitest'
import { hazardOf, slopeOf } from './slope.ts'

it('fits a line through points that lie on one, with the error of their variances', () => {
  const points = [1, 2, 3, 4].map((x) => ({ x, y: 2 * x + 1, variance: 0.5 }))
  // Sum of (x - 2.5)^2 is 5, so the variance of the slope is 0.5 / 5.
  expect(slopeOf(points, 7)).toEqual({ value: 2, standardError: Math.sqrt(0.1), trials: 7 })
})

it('weighs points by their precision, and widens the error where they scatter', () => {
  const points = [
    { x: 0, y: 0, variance: 1 },
    { x: 1, y: 1, variance: 1 },
    { x: 2, y: 100, variance: 1e12 },
  ]
  expect(slopeOf(points, 1).value).toBeCloseTo(1, 6)
  // y = 0, 1, 0 with variance 0.01: slope 0, misfit 2/3 / 0.01 with one degree of freedom, spread 2 / 0.01.
  const scattered = [0, 1, 2].map((x) => ({ x, y: x === 1 ? 1 : 0, variance: 0.01 }))
  expect(slopeOf(scattered, 1).standardError).toBeCloseTo(Math.sqrt(2 / 3 / 0.01 / 200), 9)
})

it('has no slope through one point', () => {
  expect(slopeOf([{ x: 1, y: 1, variance: 1 }], 1).value).toBeNaN()
})

it('turns a share into a hazard: 1 - 1/e has hazard 1', () => {
  const { y, variance } = hazardOf(632_121, 1_000_000)
  expect(y).toBeCloseTo(1, 5)
  // Delta method: p / ((1 - p) n) = (e - 1) / n.
  expect(variance).toBeCloseTo((Math.E - 1) / 1e6, 10)
})
