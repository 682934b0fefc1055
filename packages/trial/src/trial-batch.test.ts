import { describe, expect, it } from 'vitest'
import { exampleSpec } from './example-spec.ts'
import { initialParameters } from './initial-parameters.ts'
import { networkShape } from './network-shape.ts'
import { trainingPoints } from './training-points.ts'
import { trialBatch } from './trial-batch.ts'

describe('trial batch', () => {
  const spec = exampleSpec({ depth: 4, width: 3, problem: { target: 'abs-2d', inputDim: 2, points: 9 } })

  it('gathers shape, points, keys and initial parameters of the trials', () => {
    const batch = trialBatch(spec, [5, 6])
    expect(batch.shape).toEqual({ sizes: [2, 3, 3, 3, 2], activation: { kind: 'relu' } })
    expect(batch.points).toEqual(trainingPoints(spec.problem, 0))
    expect(batch.trials).toEqual(Float64Array.of(5, 6))
    expect(batch.initial).toEqual(initialParameters(spec, [5, 6]))
    expect(batch).toMatchObject({ numerics: 'ieee-f32/1', training: spec.training, trace: false })
  })

  // The key of Python's hashlib, as in random/stream-key.test.ts.
  it('has the key of the minibatch stream', () => {
    expect(trialBatch(exampleSpec(), [0]).minibatchKey).toEqual([0x0285e664, 0xff02b84e])
  })

  it('takes points that exist already and does not modify the list of trials', () => {
    const points = trainingPoints(spec.problem, 0)
    const trials = Float64Array.of(1)
    const batch = trialBatch(spec, trials, { points, trace: true })
    expect(batch.points).toBe(points)
    expect(batch.trace).toBe(true)
    expect(batch.trials).not.toBe(trials)
  })

  it('has no hidden layer at depth 1', () => {
    expect(networkShape(exampleSpec({ depth: 1 })).sizes).toEqual([1, 1])
  })
})
