import { describe, expect, it } from 'vitest'
import { columnBins, lossBins, piecesBins } from './bins.ts'
import { histogramOf } from './histogram.ts'
import { lossBin } from './tally.ts'

const losses = (...values: number[]) => lossBins({ losses: histogramOf(values.map(lossBin)) })

describe('lossBins', () => {
  it('keeps the bins of a tally where they are few: 1/32 of a factor of two each', () => {
    // Bins of [1, 2) are 1/32 wide: 1 lies in [1, 1.03125), 1.05 in [1.03125, 1.0625).
    expect(losses(1, 1, 1.05)).toEqual({ bounds: [1, 1.03125, 1.0625], counts: [2, 1], lost: 0, scale: 'log' })
  })

  it('joins 1, 2, 4, ... of them so that every loss lies within the bounds of its bin', () => {
    const values = Array.from({ length: 200 }, (_, i) => 1e-6 * 1.07 ** i)
    const { bounds, counts } = losses(...values)
    expect(counts.length).toBeLessThanOrEqual(60)
    expect(counts).toEqual(counts.map((_, bin) => values.filter((value) => value >= bounds[bin]! && value < bounds[bin + 1]!).length))
    expect(counts.reduce((sum, count) => sum + count)).toBe(200)
  })

  it('has a first bin from 0 for a loss of 0, and none for what diverged', () => {
    expect(losses(0, 1, NaN, Infinity)).toEqual({ bounds: [0, 1, 1.03125], counts: [1, 1], lost: 2, scale: 'log' })
    expect(losses(0)).toMatchObject({ counts: [1], bounds: [0, expect.any(Number)] })
    expect(losses(NaN)).toEqual({ bounds: [], counts: [], lost: 1, scale: 'log' })
  })
})

describe('piecesBins', () => {
  it('has every number in the middle of its bin, and leaves out trials without a count', () => {
    const counts = { bounds: [2.5, 3.5, 4.5, 5.5], counts: [2, 0, 1], lost: 1, scale: 'linear' }
    expect(piecesBins({ pieces: histogramOf([0, 3, 3, 5]) })).toEqual(counts)
  })

  it('joins neighbours beyond 60 bins', () => {
    const { bounds, counts } = piecesBins({ pieces: histogramOf(Array.from({ length: 120 }, (_, i) => i + 1)) })
    expect([bounds[0], bounds[1], bounds.at(-1)]).toEqual([0.5, 2.5, 120.5])
    expect(counts).toEqual(Array(60).fill(2))
  })
})

describe('columnBins', () => {
  it('is linear over a small ratio and logarithmic over a large one', () => {
    const linear = columnBins(Float32Array.of(0, 10, 5, NaN), false)
    expect([linear.scale, linear.bounds[0], linear.bounds[20], linear.bounds.at(-1), linear.lost]).toEqual(['linear', 0, 5, 10, 1])
    const log = columnBins(Float64Array.of(1, 100, 10_000), false)
    expect([log.scale, log.bounds[0], log.bounds.at(-1)]).toEqual(['log', 1, 10_000])
    expect(log.bounds[20]).toBeCloseTo(100, 9)
    expect(log.counts.reduce((sum, count) => sum + count)).toBe(3)
  })

  it('has whole numbers in the middle of their bins', () => {
    expect(columnBins(Uint32Array.of(7, 7, 8), true)).toEqual({ bounds: [6.5, 7.5, 8.5], counts: [2, 1], lost: 0, scale: 'linear' })
  })

  it('has no bins without a number', () => {
    expect(columnBins(Float32Array.of(NaN), false)).toMatchObject({ bounds: [], counts: [], lost: 1 })
  })
})
