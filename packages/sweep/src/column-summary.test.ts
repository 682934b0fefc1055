import { expect, it } from 'vitest'
import { summarizeColumn } from './column-summary.ts'

it('has the quantiles of R: quantile(c(7, 1, 4, 2), c(0, .25, .5, .75, 1)) is 1, 1.75, 3, 4.75, 7 by its default, type 7', () => {
  expect(summarizeColumn([7, 1, 4, 2])).toEqual({
    count: 4, nan: 0, mean: 3.5, min: 1, lowerQuartile: 1.75, median: 3, upperQuartile: 4.75, max: 7,
  })
})

it('counts NaN apart', () => {
  expect(summarizeColumn(Float32Array.of(NaN, 2, NaN, 4))).toMatchObject({ count: 2, nan: 2, mean: 3, min: 2, median: 3, max: 4 })
})

it('keeps an infinite number, which has no difference to its like', () => {
  expect(summarizeColumn([1, Infinity, Infinity])).toMatchObject({ median: Infinity, upperQuartile: Infinity, mean: Infinity })
})

it('describes one number, and nothing', () => {
  expect(summarizeColumn([5])).toMatchObject({ count: 1, lowerQuartile: 5, median: 5, max: 5 })
  expect(summarizeColumn([NaN])).toMatchObject({ count: 0, nan: 1, mean: null, min: null, median: null, max: null })
})
