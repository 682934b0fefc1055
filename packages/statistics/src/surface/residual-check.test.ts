import { expect, test } from 'vitest'
import { checkResiduals } from './residual-check.ts'

const cell = (trials: number, observed: number, probability: number, standardError = 0) => {
  return { trials, observed, probability, standardError }
}

test('is Pearson, by hand: 25/25 + 100/25 with two cells', () => {
  const cells = [cell(100, 55, 0.5), cell(100, 40, 0.5)]
  const { chiSquare, degreesOfFreedom, pValue } = checkResiduals('collapse', cells, 0)
  expect(chiSquare).toBe(5)
  expect(degreesOfFreedom).toBe(2)
  // With 2 degrees of freedom the tail is exp(-x / 2).
  expect(pValue).toBeCloseTo(Math.exp(-2.5), 14)
})

test('pools cells that expect too little, in order of their probability', () => {
  // 3 x 2 expected make one pool of 6 with variance 3 x 1.96, in which 9 were seen; the fourth cell stands alone.
  const cells = [cell(100, 4, 0.02), cell(100, 50, 0.5), cell(100, 2, 0.02), cell(100, 3, 0.02)]
  const { chiSquare, degreesOfFreedom } = checkResiduals('collapse', cells, 1)
  expect(degreesOfFreedom).toBe(1)
  expect(chiSquare).toBeCloseTo(9 / 5.88, 12)
})

test('lets a remainder join the pool before it', () => {
  const cells = [cell(100, 3, 0.03), cell(100, 3, 0.03), cell(100, 3, 0.035)]
  expect(checkResiduals('collapse', cells, 0).degreesOfFreedom).toBe(1)
})

test('weighs in that a probability is itself uncertain', () => {
  // Variance 100/4 + (100 x 0.05)^2 = 50.
  expect(checkResiduals('born dead', [cell(100, 60, 0.5, 0.05)], 0).chiSquare).toBeCloseTo(2, 12)
})

test('cannot hold where what is impossible was seen', () => {
  const { chiSquare, pValue } = checkResiduals('born dead', [cell(100, 1, 0), cell(100, 0, 0)], 0)
  expect([chiSquare, pValue]).toEqual([Infinity, 0])
})

test('has nothing to say without degrees of freedom', () => {
  expect(checkResiduals('collapse', [cell(100, 50, 0.5)], 1).pValue).toBeNull()
  expect(checkResiduals('collapse', [cell(0, 0, 0.5)], 0).pValue).toBeNull()
  expect(checkResiduals('born dead', [cell(100, 0, 0)], 0).pValue).toBeNull()
})
