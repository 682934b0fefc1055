import { expect, it } from 'vitest'
import { uniforms } from '../samples/evidence.ts'
import { kindsOf, ratioOf } from './ratio.ts'

it('divides two numbers, with the error by the delta method', () => {
  // Relative errors 3% and 4% make 5%.
  const { value, standardError, trials } = ratioOf({ value: 10, standardError: 0.3, trials: 5 }, { value: 20, standardError: 0.8, trials: 7 })
  expect([value, standardError, trials]).toEqual([0.5, expect.closeTo(0.025, 12), 12])
})

it('counts kinds, and loses one of those seen once for each trial left out: by hand for 2 of 4', () => {
  // Leaving out one of the two lone trials leaves 2 kinds, one of the pair 3: values 2, 2, 3, 3, sum of squares about their mean 1, times 3/4.
  expect(kindsOf([2, 1, 1])).toEqual({ value: 3, standardError: Math.sqrt(0.75), trials: 4 })
  expect(kindsOf([5]).standardError).toBe(0)
})

it('has an error that is no smaller than the spread of the number of kinds', () => {
  const next = uniforms(3)
  const drawn = Array.from({ length: 300 }, () => {
    const members = new Map<number, number>()
    for (let trial = 0; trial < 60; trial += 1) {
      const kind = Math.floor(40 * next())
      members.set(kind, (members.get(kind) ?? 0) + 1)
    }
    return kindsOf([...members.values()])
  })
  const mean = drawn.reduce((sum, { value }) => sum + value, 0) / drawn.length
  const variance = drawn.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / drawn.length
  const stated = drawn.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / drawn.length
  expect(stated).toBeGreaterThan(variance)
})
