import { describe, expect, it } from 'vitest'
import { equalBounds, histogram, quantiles } from './summarize.ts'

describe('quantiles', () => {
  it('interpolates like R: quantile(c(1, 2, 4, 8), c(0, 0.25, 0.5, 0.9, 1), type = 7)', () => {
    // by hand: positions 0, 0.75, 1.5, 2.7 and 3
    expect(quantiles([8, 1, 4, 2], [0, 0.25, 0.5, 0.9, 1])).toEqual([1, 1.75, 3, 4 + 0.7000000000000002 * 4, 8])
  })

  it('leaves out what is not finite', () => {
    expect(quantiles(Float32Array.of(Number.NaN, 3, 1, Number.POSITIVE_INFINITY), [0.5])).toEqual([2])
    expect(quantiles([], [0.5])).toEqual([Number.NaN])
    expect(quantiles([7], [0, 0.3, 1])).toEqual([7, 7, 7])
  })

  it('refuses a probability that is none', () => {
    expect(() => quantiles([1], [1.5])).toThrow('invalid probability 1.5')
  })
})

describe('histogram', () => {
  it('counts every value once: lower bounds belong to a bin, and the last upper one', () => {
    const values = [-1, 0, 0.5, 1, 1.5, 2, 3, Number.NaN, Number.NEGATIVE_INFINITY]
    expect(histogram(values, [0, 1, 2])).toEqual({ bounds: [0, 1, 2], counts: [2, 3], below: 1, above: 1, notFinite: 2 })
  })

  it('refuses bounds that do not ascend', () => {
    expect(() => histogram([1], [1, 1])).toThrow('invalid bounds [1, 1]')
    expect(() => histogram([1], [0])).toThrow('invalid bounds [0]')
    expect(() => histogram([1], [Number.NaN, 1])).toThrow('invalid bounds')
  })
})

describe('equalBounds', () => {
  it('spans the finite values', () => {
    expect(equalBounds([3, 1, Number.NaN, 2], 4)).toEqual([1, 1.5, 2, 2.5, 3])
    expect(equalBounds([5, 5], 2)).toEqual([4.5, 5, 5.5])
    expect(equalBounds([Number.NaN], 2)).toBeNull()
  })

  it('bounds a histogram that loses nothing', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i))
    const { above, below, counts } = histogram(values, equalBounds(values, 7)!)
    expect([below, above, counts.reduce((sum, count) => sum + count, 0)]).toEqual([0, 0, 1000])
  })
})
