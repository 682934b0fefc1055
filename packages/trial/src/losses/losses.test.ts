import { describe, expect, it } from 'vitest'
import { lossOf } from './index.ts'

describe('losses', () => {
  it.each(['mse', 'mae'] as const)('%s: the derivative is the slope of the mean of terms', (kind) => {
    const { derivative, scale, term } = lossOf({ loss: kind })
    const h = 1e-6
    for (const e of [-2, -0.5, 0.25, 3]) {
      const slope = (term(e + h) - term(e - h)) / (2 * h) / (5 * 2)
      expect(derivative(e, scale(5, 2))).toBeCloseTo(slope, 8)
    }
  })

  it('has terms and derivatives by hand: e^2 with 2 e / (n c), |e| with sign(e) / (n c)', () => {
    const [mse, mae] = [lossOf({ loss: 'mse' }), lossOf({ loss: 'mae' })]
    expect([mse.term(-3), mse.derivative(-3, mse.scale(4, 2))]).toEqual([9, -0.75])
    expect([mae.term(-3), mae.derivative(-3, mae.scale(4, 2))]).toEqual([3, -0.125])
  })

  it('has derivative 0 at 0 for mae', () => {
    expect(lossOf({ loss: 'mae' }).derivative(0, 1)).toBe(0)
  })
})
