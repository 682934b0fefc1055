import { describe, expect, it } from 'vitest'
import type { TrainingPoints } from '../batch.ts'
import type { LossKind } from '../trial.ts'
import { collapseStates } from './collapse-state.ts'

/** One output; inputs do not matter. */
function pointsOf(targets: readonly number[], outputDim = 1): TrainingPoints {
  const count = targets.length / outputDim
  return { count, inputDim: 1, outputDim, inputs: new Float64Array(count), targets: Float64Array.from(targets) }
}

const state = (targets: readonly number[], loss: LossKind, constant: number) =>
  collapseStates(pointsOf(targets), loss)(Float64Array.of(constant))

describe('collapseStates', () => {
  it('tells mean from median', () => {
    // mean 2, median 0, variance 12; the mean distance is 2 at 0 and grows by 1 / 2 per unit above it
    const targets = [0, 0, 0, 8]
    expect([0, 2, 2.1, 1, -1].map((constant) => state(targets, 'mse', constant))).toEqual(['median', 'mean', 'mean', 'other', 'other'])
    expect(state(targets, 'mae', 2)).toBe('mean')
  })

  it('takes every constant between the middle targets for a median', () => {
    // all of [0, 1] minimizes the mean distance; the mean is 1.75
    const targets = [-1, 0, 1, 7]
    expect([0, 0.5, 1, 1.75].map((constant) => state(targets, 'mae', constant))).toEqual(['median', 'median', 'median', 'mean'])
    // mean 1 / 2, amid the medians
    expect(state([-2, 0, 1, 3], 'mse', 0.5)).toBe('mean')
    expect(state([-2, 0, 1, 3], 'mse', 0.9)).toBe('median')
  })

  it('goes by the loss where mean and median are equal', () => {
    expect((['mse', 'mae', 'huber'] as const).map((loss) => state([-1, 0, 1], loss, 0))).toEqual(['mean', 'median', 'both'])
    expect(state([-1, 0, 1], 'mse', 0.5)).toBe('other')
  })

  it('is both where a constant is close to two different ones', () => {
    // the mean of (-2, 0, 1, 3.2) is 0.55 and the middle of its medians 0.5: 0.04 of the deviation apart
    expect(state([-2, 0, 1, 3.2], 'mse', 0.55)).toBe('both')
  })

  it('asks it of every output', () => {
    const states = collapseStates(pointsOf([0, 0, 0, 0, 0, 8, 8, 0], 2), 'mse')
    expect(states(Float64Array.of(2, 2))).toBe('mean')
    expect(states(Float64Array.of(2, 0))).toBe('other')
    expect(states(Float64Array.of(0, 0))).toBe('median')
  })
})
