import { describe, expect, it } from 'vitest'
import type { TrainedBatch, TrialBatch } from '../batch.ts'
import { exampleSpec } from '../example-spec.ts'
import { createReferenceEngine } from '../reference-engine.ts'
import { trialBatch } from '../trial-batch.ts'
import type { TrialSpec } from '../trial.ts'
import { parametersChecksum } from './checksum.ts'
import { trialRecord, trialRecords } from './trial-records.ts'

const domain = [-1, 1] as const

/** Trains networks of one hidden layer given by [W1, b1, W2, b2] on four points of |x|: -0.75, -0.25, 0.25, 0.75. */
async function records(networks: readonly (readonly number[])[], training: Partial<TrialSpec['training']>) {
  const spec = exampleSpec({
    numerics: 'ieee-f64/1',
    depth: 2,
    width: 2,
    problem: { points: 4, domain },
    training: { steps: 0, ...training },
  })
  const batch: TrialBatch = { ...trialBatch(spec, networks.map((_, i) => i)), initial: Float64Array.from(networks.flat()) }
  const trained: TrainedBatch = await createReferenceEngine().train(batch, new AbortController().signal)
  return { batch, trained, records: trialRecords(batch, trained, domain) }
}

const abs = [1, -1, 0, 0, 1, 1, 0]
const dead = [1, -1, -2, -2, 1, 1, 0.3]

describe('trialRecords', () => {
  it('records |x|, learned exactly, as converged with two pieces and a range of 1/2', async () => {
    const { batch, records: [record] } = await records([abs], { steps: 1 })
    expect(record).toEqual({
      outcome: 'converged',
      deadLayer: 0,
      deathCheck: 0,
      loss: 0,
      value: 0.5,
      pieces: 2,
      checksum: parametersChecksum(batch.initial),
    })
  })

  it('records a born dead network with its constant, in binary32', async () => {
    // loss: mean of (0.3 - y)^2 over y = 0.75, 0.25
    const { records: [record] } = await records([dead], { steps: 100 })
    const loss = Math.fround((0.45 ** 2 + 0.05 ** 2) / 2)
    expect(record).toMatchObject({ outcome: 'born_dead', deadLayer: 1, deathCheck: 0, value: Math.fround(0.3), pieces: 1 })
    expect(record!.loss).toBeCloseTo(loss, 7)
  })

  it('records the check that certified a death', async () => {
    // one step of rate 0.5 from an error of 50 takes both units below zero on the whole domain
    const optimizer = { kind: 'sgd', learningRate: 0.5, momentum: 0 } as const
    const { records: [record] } = await records([[0.1, -0.1, 0.1, 0.1, 1, 1, 50]], { steps: 600, optimizer })
    expect(record).toMatchObject({ outcome: 'died_in_training', deadLayer: 1, deathCheck: 1, pieces: 1 })
    // the best constant of 0.75, 0.25, 0.25, 0.75
    expect(record!.value).toBe(0.5)
  })

  it('records a diverged network without loss, value or pieces', async () => {
    const optimizer = { kind: 'sgd', learningRate: 1e200, momentum: 0 } as const
    const { records: [record] } = await records([[1, -1, 0, 0, 1, 1, 5]], { steps: 1, optimizer })
    expect(record).toMatchObject({ outcome: 'diverged', loss: Number.NaN, value: Number.NaN, pieces: 0 })
  })

  it('records every trial of a batch as it records it alone', async () => {
    const { batch, trained, records: all } = await records([abs, dead, [1, 2, 0.5, 0, 1, 0, 0]], { steps: 40 })
    expect(all.map((_, lane) => trialRecord(batch, trained, domain, lane))).toEqual(all)
    expect(new Set(all.map(({ checksum }) => checksum)).size).toBe(3)
  })
})
