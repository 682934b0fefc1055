import { describe, expect, it } from 'vitest'
import { addHistograms, EMPTY_HISTOGRAM, histogramMedian, histogramOf, histogramTotal } from './histogram.ts'

const identity = (bin: number) => bin

describe('a histogram', () => {
  it('counts equal values in one bin, bins ascending', () => {
    expect(histogramOf([5, 2, 5, 10])).toEqual({ bins: [2, 5, 10], counts: [1, 2, 1] })
    expect(histogramTotal(histogramOf([5, 2, 5, 10]))).toBe(4)
  })

  it('adds bin by bin', () => {
    const sum = addHistograms([histogramOf([3, 1]), EMPTY_HISTOGRAM, histogramOf([3, 2])])
    expect(sum).toEqual(histogramOf([1, 2, 3, 3]))
  })
})

describe('the median of a histogram', () => {
  it('is the middle value, or the mean of the two middle ones', () => {
    expect(histogramMedian(histogramOf([1, 5, 1]), identity)).toBe(1)
    expect(histogramMedian(histogramOf([5, 1]), identity)).toBe(3)
    expect(histogramMedian(EMPTY_HISTOGRAM, identity)).toBeNull()
  })
})
