import { describe, expect, it } from 'vitest'
import type { OptimizerSpec } from '../trial.ts'
import { createOptimizer } from './index.ts'

/** The parameters after each of three steps from 1 with the gradients 1, 2 and -4. */
function threeSteps(spec: OptimizerSpec): number[] {
  const optimizer = createOptimizer(spec, 1)
  const parameters = Float64Array.of(1)
  return [1, 2, -4].map((gradient) => {
    optimizer.update(parameters, Float64Array.of(gradient))
    return parameters[0]!
  })
}

describe('optimizers', () => {
  it('sgd: subtracts the learning rate times the gradient', () => {
    // 1 - 0.5, 0.5 - 1, -0.5 + 2
    expect(threeSteps({ kind: 'sgd', learningRate: 0.5, momentum: 0 })).toEqual([0.5, -0.5, 1.5])
  })

  it('momentum: adds half of the last velocity, without dampening', () => {
    // v = 1, 2.5, -2.75; p = 1 - 0.5, 0.5 - 1.25, -0.75 + 1.375
    expect(threeSteps({ kind: 'sgd', learningRate: 0.5, momentum: 0.5 })).toEqual([0.5, -0.75, 0.625])
  })

  it('adam: divides corrected means by corrected root mean squares', () => {
    // m = 0.1, 0.29, -0.139; over 1 - 0.9^t = 0.1, 0.19, 0.271
    // v = 0.001, 0.004999, 0.020994001; over 1 - 0.999^t = 0.001, 0.001999, 0.002997001
    const first = 0.5 / (1 + 1e-8)
    const second = (0.5 * (0.29 / 0.19)) / (Math.sqrt(0.004999 / 0.001999) + 1e-8)
    const third = (0.5 * (-0.139 / 0.271)) / (Math.sqrt(0.020994001 / 0.002997001) + 1e-8)
    const [p1, p2, p3] = threeSteps({ kind: 'adam', learningRate: 0.5 })
    expect(p1).toBeCloseTo(1 - first, 14)
    expect(p2).toBeCloseTo(1 - first - second, 14)
    expect(p3).toBeCloseTo(1 - first - second - third, 14)
  })

  it('updates every parameter on its own', () => {
    const optimizer = createOptimizer({ kind: 'adam', learningRate: 0.1 }, 2)
    const parameters = Float64Array.of(3, 3)
    optimizer.update(parameters, Float64Array.of(0, 1))
    expect(parameters[0]).toBe(3)
    expect(parameters[1]).toBeCloseTo(2.9, 8)
  })
})
