import { describe, expect, it } from 'vitest'
import { bestHuberLoss } from './best-huber-loss.ts'
import { fillUniforms } from './random/uniform.ts'

describe('the smallest huber loss of a constant', () => {
  it('is half the variance where delta covers every error', () => {
    // mean 4, squares 36, 16 and 4
    expect(bestHuberLoss(Float64Array.of(10, 0, 2), 10)).toBeCloseTo(56 / 6, 14)
  })

  it('is delta times the mean distance to the median, less half of delta, where it covers but one', () => {
    // median 2; delta 1/2: (1/2)(8 - 1/4), (1/2)(2 - 1/4) and 0
    expect(bestHuberLoss(Float64Array.of(10, 0, 2), 0.5)).toBeCloseTo((3.875 + 0.875) / 3, 15)
  })

  it('balances bounded and free errors: 0, 1, 5 with delta 2 are best at 3/2', () => {
    // derivatives 3/2, 1/2 and -2: losses 9/8, 1/8 and 2 (7/2 - 1)
    expect(bestHuberLoss(Float64Array.of(0, 1, 5), 2)).toBeCloseTo((9 / 8 + 1 / 8 + 5) / 3, 15)
  })

  it('is the same anywhere between two values further apart than twice delta', () => {
    // derivatives delta and -delta on all of [1, 9]: losses c - 1/2 and 10 - c - 1/2
    expect(bestHuberLoss(Float64Array.of(0, 10), 1)).toBeCloseTo(4.5, 15)
  })

  it('moves with the values and scales with them and delta', () => {
    const values = Float64Array.of(0, 1, 5)
    expect(bestHuberLoss(values.map((y) => y + 1024), 2)).toBeCloseTo(bestHuberLoss(values, 2), 12)
    expect(bestHuberLoss(values.map((y) => -1e-9 * y), 2e-9) * 1e18).toBeCloseTo(bestHuberLoss(values, 2), 12)
  })

  it('is below the loss of every constant on a fine grid, and near the best of them', () => {
    const values = new Float64Array(101)
    fillUniforms(values, values.length, { key: [8, 9], trial: 0, tensor: 0 })
    const loss = (constant: number): number =>
      values.reduce((sum, y) => {
        const e = Math.abs(constant - y)
        return sum + (e <= 0.1 ? (e * e) / 2 : 0.1 * (e - 0.05))
      }, 0) / values.length
    const grid = Array.from({ length: 10_001 }, (_, i) => loss(i / 10_000))
    const best = bestHuberLoss(values, 0.1)
    // curvature at most 1, grid points 1e-4 apart: above the minimum by at most (5e-5)^2 / 2
    expect(best).toBeLessThanOrEqual(Math.min(...grid) + 1e-16)
    expect(best).toBeGreaterThan(Math.min(...grid) - 1.3e-9)
  })

  it('takes a single value, values that are all the same, and the smallest there are', () => {
    const losses = [[7], [3, 3, 3], [0, 2 ** -1074]].map((values) => bestHuberLoss(Float64Array.from(values), 1))
    expect(losses).toEqual([0, 0, 0])
  })
})
