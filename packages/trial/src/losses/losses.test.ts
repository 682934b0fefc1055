import { describe, expect, it } from 'vitest'
import { lossOf } from './index.ts'
import type { LossSpec } from './index.ts'

const specs: readonly LossSpec[] = [{ loss: 'mse' }, { loss: 'mae' }, { loss: 'huber' }, { loss: 'huber', huberDelta: 0.3 }]

describe('losses', () => {
  it.each(specs)('$loss: the derivative is the slope of the mean of terms', (spec) => {
    const { add, derivative, scale } = lossOf(spec)
    const h = 1e-6
    for (const e of [-2, -0.5, 0.25, 3]) {
      const slope = (add(0, e + h) - add(0, e - h)) / (2 * h) / (5 * 2)
      expect(derivative(e, scale(5, 2))).toBeCloseTo(slope, 8)
    }
  })

  it('has terms and derivatives by hand: e^2 with 2 e / (n c), |e| with sign(e) / (n c)', () => {
    const [mse, mae] = [lossOf({ loss: 'mse' }), lossOf({ loss: 'mae' })]
    expect([mse.add(2, -3), mse.derivative(-3, mse.scale(4, 2))]).toEqual([11, -0.75])
    expect([mae.add(2, -3), mae.derivative(-3, mae.scale(4, 2))]).toEqual([5, -0.125])
  })

  it('has terms and derivatives by hand for huber: e^2 / 2 up to delta, delta (|e| - delta / 2) beyond', () => {
    const { add, derivative } = lossOf({ loss: 'huber', huberDelta: 2 })
    expect([1, -2, 3, -5].map((e) => add(0, e))).toEqual([0.5, 2, 4, 8])
    expect([1, -2, 3, -5].map((e) => derivative(e, 0.25))).toEqual([0.25, -0.5, 0.5, -0.5])
  })

  it('has derivative 0 at 0 for mae', () => {
    expect(lossOf({ loss: 'mae' }).derivative(0, 1)).toBe(0)
  })
})
