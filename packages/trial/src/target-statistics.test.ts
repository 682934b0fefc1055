import { describe, expect, it } from 'vitest'
import { targetStatistics } from './target-statistics.ts'
import { trainingPoints } from './training-points.ts'
import type { ProblemSpec, TargetKind } from './trial.ts'

const SQRT_3 = 1.7320508075688772

function problem(target: TargetKind, inputDim: number, points: number): ProblemSpec {
  return { target, inputDim, points, sampling: 'grid', domain: [-SQRT_3, SQRT_3] }
}

function points(outputDim: number, targets: number[]) {
  const count = targets.length / outputDim
  return { count, inputDim: 1, outputDim, inputs: new Float64Array(count), targets: Float64Array.from(targets) }
}

describe('target statistics', () => {
  it('takes the middle one of an odd number of targets as the median', () => {
    const { mean, median, variance, bestConstantMae } = targetStatistics(points(1, [10, 0, 2]))
    expect([...mean, ...median]).toEqual([4, 2])
    expect(variance).toBeCloseTo((36 + 16 + 4) / 3, 14)
    expect(bestConstantMae).toBeCloseTo(10 / 3, 14)
  })

  it('takes the mean of the middle two of an even number', () => {
    expect([...targetStatistics(points(1, [7, 1, 3, 100])).median]).toEqual([5])
  })

  it('treats components apart and averages variance and error over them', () => {
    const { mean, median, variance, bestConstantMae } = targetStatistics(points(2, [0, 10, 2, 10, 4, 40]))
    expect([...mean, ...median]).toEqual([2, 20, 2, 10])
    expect(variance).toBeCloseTo((8 / 3 + 200) / 2, 13)
    expect(bestConstantMae).toBeCloseTo((4 / 3 + 10) / 2, 13)
  })

  // Moments of the uniform law on [-sqrt 3, sqrt 3]: |x| has variance 1 - 3/4 and mean absolute deviation sqrt(3)/4;
  // x^2 variance 9/5 - 1, and 3/4 about its median; the others by quadrature (mpmath), to the digits given.
  it.each<[TargetKind, number, number, number, number]>([
    ['abs', 1, 10_000, 0.25, 0.4330127],
    ['square', 1, 10_000, 0.8, 0.75],
    ['x-sin-5x', 1, 10_000, 0.559828, 0.5815],
    ['step-sin', 1, 10_000, 0.3109, 0.5398],
    ['abs-2d', 2, 40_000, 0.666667, 0.6765],
  ])('of %s tend to those of the uniform law', (target, inputDim, count, variance, mae) => {
    const statistics = targetStatistics(trainingPoints(problem(target, inputDim, count), 0))
    expect(Math.abs(statistics.variance - variance)).toBeLessThan(1e-4)
    expect(Math.abs(statistics.bestConstantMae - mae)).toBeLessThan(1e-4)
  })
})
