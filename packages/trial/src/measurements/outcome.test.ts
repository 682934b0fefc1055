import { describe, expect, it } from 'vitest'
import { END } from '../batch.ts'
import type { OutcomeFacts, OutcomeSetting } from './outcome.ts'
import { outcomeOf } from './outcome.ts'
import { targetScale } from './target-scale.ts'

/** Targets of variance 4 (s = 2) with median loss 2 and max |y| = 2; so 1e-6 (1 + 2) is constant. */
const mse: OutcomeSetting = {
  loss: 'mse',
  steps: 1000,
  points: 100,
  scale: { variance: 4, bestConstantLoss: 4, largest: 2 },
}
const huber: OutcomeSetting = { ...mse, loss: 'huber', scale: { ...mse.scale, bestConstantLoss: 1 } }
const mae: OutcomeSetting = { ...mse, loss: 'mae', scale: { ...mse.scale, bestConstantLoss: 2 } }

/** An unfinished network: half of the variance explained and still improving. */
const unfinished: OutcomeFacts = {
  end: END.completed,
  initialDeadLayer: 0,
  deadLayer: 0,
  firstDeadStep: 0,
  loss: 2,
  earlierLoss: 2.5,
  outputRange: 3,
  deadPoints: 0,
}
const outcome = (facts: Partial<OutcomeFacts>, setting = mse) => outcomeOf({ ...unfinished, ...facts }, setting)

describe('outcomeOf', () => {
  it('is born_dead whatever came later, divergence included', () => {
    expect(outcome({ end: END.bornDead, initialDeadLayer: 2, deadLayer: 2 })).toBe('born_dead')
    expect(outcome({ end: END.diverged, initialDeadLayer: 2, loss: Number.NaN })).toBe('born_dead')
  })

  it('is diverged for non-finite parameters, a non-finite loss, or above 1e3 of the best constant', () => {
    expect(outcome({ end: END.diverged })).toBe('diverged')
    expect(outcome({ loss: Number.NaN })).toBe('diverged')
    expect(outcome({ loss: 4001 })).toBe('diverged')
    expect(outcome({ loss: 3999 })).not.toBe('diverged')
    expect(outcome({ loss: 2001 }, mae)).toBe('diverged')
    expect(outcome({ loss: 1999 }, mae)).not.toBe('diverged')
    expect(outcome({ loss: 1001 }, huber)).toBe('diverged')
    expect(outcome({ loss: 999 }, huber)).not.toBe('diverged')
  })

  it('is died_in_training with a certificate and a dead layer at the end, and only with both', () => {
    const dead = { deadLayer: 3, outputRange: 0, loss: 4 }
    expect(outcome({ ...dead, firstDeadStep: 64, end: END.died })).toBe('died_in_training')
    expect(outcome({ ...dead, firstDeadStep: 64 })).toBe('died_in_training')
    expect(outcome(dead)).toBe('collapsed_functional')
    expect(outcome({ firstDeadStep: 64 })).toBe('unfinished')
  })

  it('is collapsed_functional up to a range of 1e-6 (1 + max|y|), or flat and unexplained', () => {
    expect(outcome({ outputRange: 3e-6 })).toBe('collapsed_functional')
    expect(outcome({ outputRange: 3.1e-6 })).not.toBe('collapsed_functional')
    expect(outcome({ loss: 3.97, outputRange: 0.09 })).toBe('collapsed_functional')
    expect(outcome({ loss: 3.97, outputRange: 0.11 })).not.toBe('collapsed_functional')
    expect(outcome({ loss: 3.95, outputRange: 0.09 })).not.toBe('collapsed_functional')
    expect(outcome({ loss: 1.99, outputRange: 0.09 }, mae)).toBe('collapsed_functional')
    expect(outcome({ loss: 0.995, outputRange: 0.09 }, huber)).toBe('collapsed_functional')
    expect(outcome({ loss: 0.98, outputRange: 0.09 }, huber)).not.toBe('collapsed_functional')
  })

  it('is converged at R^2 = 0.999 for mse, at 2% of the best constant for mae and at 0.1% for huber, dead points or not', () => {
    expect(outcome({ loss: 0.004, deadPoints: 50 })).toBe('converged')
    expect(outcome({ loss: 0.0041 })).not.toBe('converged')
    expect(outcome({ loss: 0.04 }, mae)).toBe('converged')
    expect(outcome({ loss: 0.041 }, mae)).not.toBe('converged')
    expect(outcome({ loss: 0.001 }, huber)).toBe('converged')
    expect(outcome({ loss: 0.0011 }, huber)).not.toBe('converged')
  })

  it('is partially_collapsed from 5% of dead points', () => {
    expect(outcome({ deadPoints: 5 })).toBe('partially_collapsed')
    expect(outcome({ deadPoints: 4 })).toBe('unfinished')
  })

  it('is stalled below 1% of improvement over the last fifth, unfinished otherwise', () => {
    expect(outcome({ earlierLoss: 2.02 })).toBe('stalled')
    expect(outcome({ earlierLoss: 1.5 })).toBe('stalled')
    expect(outcome({ earlierLoss: 2.021 })).toBe('unfinished')
  })

  it('is born_dead or unfinished where nothing is trained, and never stalled below five steps', () => {
    const untrained = { ...mse, steps: 0 }
    expect(outcome({ loss: 1e9, earlierLoss: 1e9 }, untrained)).toBe('unfinished')
    expect(outcome({ initialDeadLayer: 1 }, untrained)).toBe('born_dead')
    expect(outcome({ earlierLoss: 2 }, { ...mse, steps: 4 })).toBe('unfinished')
    expect(outcome({ earlierLoss: 2 }, { ...mse, steps: 5 })).toBe('stalled')
  })
})

describe('targetScale', () => {
  const points = { count: 4, inputDim: 1, outputDim: 1, inputs: new Float64Array(4), targets: Float64Array.of(0, 0, 2, -6) }

  it('measures against the mean for mse and the median for mae', () => {
    // mean -1, squares 1 + 1 + 9 + 25; median 0, distances 0 + 0 + 2 + 6
    expect(targetScale(points, { loss: 'mse' })).toEqual({ variance: 9, bestConstantLoss: 9, largest: 6 })
    expect(targetScale(points, { loss: 'mae' })).toEqual({ variance: 9, bestConstantLoss: 2, largest: 6 })
  })

  it('measures against the best constant of huber, found by hand', () => {
    // delta 1: the derivatives c, c, c - 2 >= -1 and 1 sum to 0 at c = 0, where the losses are 0, 0, 3/2 and 11/2
    expect(targetScale(points, { loss: 'huber', huberDelta: 1 })).toEqual({ variance: 9, bestConstantLoss: 1.75, largest: 6 })
    // delta 100: quadratic everywhere, half of the variance
    expect(targetScale(points, { loss: 'huber', huberDelta: 100 }).bestConstantLoss).toBeCloseTo(4.5, 15)
  })

  it('refuses constant targets', () => {
    expect(() => targetScale({ ...points, targets: new Float64Array(4).fill(3) }, { loss: 'mse' })).toThrow('constant')
  })
})
