import { describe, expect, it } from 'vitest'
import { drawnBatch, isLaw } from './draw-initial.ts'
import { exampleSpec } from './example-spec.ts'
import { initialParameters } from './initial-parameters.ts'
import { networkShape } from './network-shape.ts'
import { trainingPoints } from './training-points.ts'
import { engineBatch, lawBatch, selectTrials, trialBatch } from './trial-batch.ts'
import type { TrainingSpec } from './trial.ts'

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

  // Keys of Python's hashlib, as in random/stream-key.test.ts.
  it('has the keys of the streams of minibatches and noise', () => {
    expect(trialBatch(exampleSpec(), [0]).minibatchKey).toEqual([0x0285e664, 0xff02b84e])
    expect(trialBatch(exampleSpec(), [0]).noiseKey).toEqual([0x104ce5e0, 0x0ea39342])
  })

  it('takes points that exist already and does not modify the list of trials', () => {
    const points = trainingPoints(spec.problem, 0)
    const trials = Float64Array.of(1)
    const batch = trialBatch(spec, trials, { points, trace: true })
    expect(batch.points).toBe(points)
    expect(batch.trace).toBe(true)
    expect(batch.trials).not.toBe(trials)
  })

  it('carries the bound of the outcome converged where trials stop there, and only there', () => {
    // targets |x| at -0.75, -0.25, 0.25, 0.75: mean 1/2, variance 1/16, mean distance to the median 1/4
    const problem = { points: 4, domain: [-1, 1] } as const
    const boundOf = (training: Partial<TrainingSpec>): number | undefined =>
      trialBatch(exampleSpec({ problem, training: { stopWhenConverged: true, ...training } }), [0]).convergedLoss
    expect(boundOf({ loss: 'mse' })).toBe(1e-3 / 16)
    expect(boundOf({ loss: 'mae' })).toBe(0.02 / 4)
    expect(boundOf({ loss: 'huber', huberDelta: 1 })).toBe(1e-3 / 32)
    // delta 1/8 at the constant 1/2: 1/8 (1/4 - 1/16) each
    expect(boundOf({ loss: 'huber', huberDelta: 0.125 })).toBe((1e-3 * 3) / 128)
    expect(trialBatch(exampleSpec({ problem }), [0])).not.toHaveProperty('convergedLoss')
  })

  it('has no hidden layer at depth 1', () => {
    expect(networkShape(exampleSpec({ depth: 1 })).sizes).toEqual([1, 1])
  })
})

describe('a batch for an engine', () => {
  const orthogonal = exampleSpec({ width: 3, network: { initialization: { kind: 'orthogonal' } } })

  it('carries the law where there is one, and else the same parameters as any other', async () => {
    expect(isLaw((await engineBatch(exampleSpec(), [1])).initial)).toBe(true)
    expect(await engineBatch(orthogonal, [4, 2])).toEqual(trialBatch(orthogonal, [4, 2]))
    expect(() => lawBatch(orthogonal, [0])).toThrow('invalid initialization orthogonal: engines have no law of it')
  })

  it('gives the event loop many turns while it is drawn, and stops when told to', async () => {
    const wide = exampleSpec({ width: 96, depth: 12, network: { initialization: { kind: 'orthogonal' } } })
    const trials = Array.from({ length: 4 }, (_, trial) => trial)
    let turns = 0
    const counter = setInterval(() => (turns += 1), 1)
    const started = performance.now()
    await engineBatch(wide, trials)
    clearInterval(counter)
    // slices of 10 ms, each followed by a turn; half of them if timers are late
    expect(turns).toBeGreaterThan((performance.now() - started) / 40)
    const aborting = AbortSignal.timeout(1)
    await expect(engineBatch(wide, trials, { signal: aborting })).rejects.toThrow('aborted due to timeout')
  })

  it('is cut down to some of its trials with their parameters', () => {
    const all = trialBatch(orthogonal, [7, 8, 9])
    expect(selectTrials(all, [2, 0])).toEqual(trialBatch(orthogonal, [9, 7]))
    const law = selectTrials(lawBatch(exampleSpec(), [7, 8, 9]), [1])
    expect(drawnBatch(law)).toEqual(trialBatch(exampleSpec(), [8]))
  })
})
