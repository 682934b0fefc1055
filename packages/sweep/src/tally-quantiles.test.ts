import type { TrialRecord } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { EMPTY_TALLY, tallyOf } from './tally.ts'
import { tallyQuantiles } from './tally-quantiles.ts'

const trial = (loss: number, pieces: number): TrialRecord => ({
  outcome: 'converged', deadLayer: 0, deathCheck: 0, loss, value: 1, pieces, checksum: 0,
})

const valuesOf = (quantiles: readonly { readonly value: number | null }[]) => quantiles.map(({ value }) => value)

describe('quantiles of a tally', () => {
  it('are those of R for pieces, which have bins of their own: quantile(c(1, 2, 4, 8, 9), c(.05, .25, .5, .75, .95)), type 7', () => {
    const { pieces } = tallyQuantiles(tallyOf([9, 2, 4, 1, 8, 0].map((count) => trial(1, count))))
    expect(pieces.map(({ p }) => p)).toEqual([0.05, 0.25, 0.5, 0.75, 0.95])
    expect(valuesOf(pieces).map((value) => Number(value!.toFixed(12)))).toEqual([1.2, 2, 4, 8, 8.8])
    for (const { value, low, high } of pieces) expect([low, high]).toEqual([value, value])
  })

  it('enclose the exact quantiles of the losses, at most 3.2% apart', () => {
    // Loss of trial i: 10^(i / 50 - 6), 301 of them: places 15, 75, 150, 225 and 285, by hand 300 p.
    const losses = Array.from({ length: 301 }, (_, i) => Math.fround(10 ** (i / 50 - 6)))
    const { loss } = tallyQuantiles(tallyOf(losses.toReversed().map((one) => trial(one, 1))))
    for (const [i, place] of [15, 75, 150, 225, 285].entries()) {
      const { low, value, high } = loss[i]!
      expect(low).toBeLessThanOrEqual(losses[place]!)
      expect(high).toBeGreaterThan(losses[place]!)
      expect(low).toBeLessThan(value!)
      expect(high).toBeLessThanOrEqual(low! * (1 + 1 / 32))
    }
  })

  it('interpolate between bins: of 1 and 3 the quartile is near 1.5', () => {
    const { loss } = tallyQuantiles(tallyOf([trial(1, 1), trial(3, 1)]))
    // Bins [1, 1.03125) and [3, 3.0625), 32 for each factor of two.
    expect(loss[1]).toEqual({ p: 0.25, value: 0.75 * 1.015625 + 0.25 * 3.03125, low: 1.5, high: 0.75 * 1.03125 + 0.25 * 3.0625 })
  })

  it('are null where they fall to a trial that diverged, or between it and another', () => {
    const { loss } = tallyQuantiles(tallyOf([trial(1, 1), trial(1, 1), trial(1, 1), trial(NaN, 0)]))
    expect(valuesOf(loss)).toEqual([1.015625, 1.015625, 1.015625, null, null])
    expect(loss[4]).toEqual({ p: 0.95, value: null, low: null, high: null })
  })

  it('are none where there is nothing', () => {
    expect(tallyQuantiles(EMPTY_TALLY)).toEqual({ loss: [], pieces: [] })
    expect(tallyQuantiles(tallyOf([trial(1, 0)])).pieces).toEqual([])
  })
})
