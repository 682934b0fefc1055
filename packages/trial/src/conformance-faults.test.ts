import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TrainedBatch, TrialBatch } from './batch.ts'
import { END } from './batch.ts'
import { conformanceChecks } from './conformance.ts'
import type { Engine } from './engine.ts'
import { createReferenceEngine } from './reference-engine.ts'
import type { OptimizerSpec } from './trial.ts'

const traces: unknown = JSON.parse(
  readFileSync(new URL('../../../test/golden/training-float64.json', import.meta.url), 'utf8'),
)
const referenceEngine = createReferenceEngine()

type Train = Engine['train']

/** The reference engine with another `train`. */
const engineOf = (train: Train, numerics: Engine['numerics'] = ['ieee-f64/1']): Engine => ({
  ...referenceEngine,
  numerics,
  train,
})

/** Changes what the reference makes of every batch. */
const changing =
  (change: (trained: TrainedBatch, batch: TrialBatch) => TrainedBatch): Train =>
  async (batch, signal, onProgress) => change(await referenceEngine.train(batch, signal, onProgress), batch)

/** A binary32 engine of sorts: it computes in binary64 from binary32 parameters and rounds the result. */
const rounding =
  (learningRateError: number): Train =>
  async (batch, signal, onProgress) => {
    const { learningRate } = batch.training.optimizer
    const wrongRate = learningRate * (1 + learningRateError)
    const optimizer: OptimizerSpec = { ...batch.training.optimizer, learningRate: wrongRate }
    const training = { ...batch.training, optimizer }
    const exact = { ...batch, training, numerics: 'ieee-f64/1' as const, initial: Float64Array.from(batch.initial) }
    const trained = await referenceEngine.train(exact, signal, onProgress)
    return { ...trained, parameters: Float32Array.from(trained.parameters) }
  }

/** Runs the checks of an engine whose name contains `part`; those that reject, by name. */
async function broken(engine: Engine, part: string): Promise<string[]> {
  const failed: string[] = []
  const checks = conformanceChecks(engine, { referenceEngine, traces }).filter(({ name }) => name.includes(part))
  for (const { name, run } of checks) await run().catch(() => failed.push(name))
  expect(checks).not.toHaveLength(0)
  return failed
}

describe('the conformance suite catches an engine that', () => {
  it('lets the lane into a single bit', async () => {
    const train = changing((trained) => {
      const { parameters } = trained
      const last = parameters.length / trained.end.length
      trained.end.forEach((_, lane) => {
        if (lane % 4 === 3) parameters[lane * last]! *= 1 + Number.EPSILON
      })
      return trained
    })
    expect(await broken(engineOf(train), 'any batch')).toHaveLength(2)
  })

  it('is wrong by 1e-8 in a loss', async () => {
    const train = changing((trained) => {
      const lossTrace = trained.lossTrace?.map((loss) => loss * (1 + 1e-8)) ?? null
      return { ...trained, lossTrace }
    })
    expect(await broken(engineOf(train), 'trace')).toHaveLength(10)
    expect(await broken(engineOf(train), 'agrees')).toHaveLength(10)
  })

  it('has a learning rate wrong by 1% in binary32, and no rounding one', async () => {
    expect(await broken(engineOf(rounding(0), ['ieee-f32/1']), 'agrees')).toEqual([])
    expect(await broken(engineOf(rounding(0.01), ['ieee-f32/1']), 'agrees')).toHaveLength(10)
  })

  it('certifies a death one check late', async () => {
    const late = changing((trained) => ({ ...trained, firstDeadStep: trained.firstDeadStep.map((s) => s && s + 32) }))
    expect(await broken(engineOf(late), 'death')).not.toEqual([])
    expect(await broken(engineOf(late), 'brackets')).toHaveLength(1)
  })

  it('trains a born dead network', async () => {
    const train: Train = (batch, signal) =>
      referenceEngine.train({ ...batch, training: { ...batch.training, stopAtDeath: false } }, signal)
    expect(await broken(engineOf(train), 'born dead')).toHaveLength(1)
  })

  it('throws on divergence, or leaves numbers in a diverged trial', async () => {
    const throwing = changing((trained) => {
      if (trained.end.includes(END.diverged)) throw new Error('diverged')
      return trained
    })
    const numbers = changing((trained) => ({ ...trained, loss: trained.loss.map((loss) => loss || 1) }))
    expect(await broken(engineOf(throwing), 'divergence')).toHaveLength(1)
    expect(await broken(engineOf(numbers), 'divergence')).toHaveLength(1)
  })

  it('does not stop in time, blocks the event loop, or reports more than all', async () => {
    const deaf: Train = async (batch, signal, onProgress) => {
      const { late, release } = delayedAbort(signal, 1200)
      return referenceEngine.train(batch, late, onProgress).finally(release)
    }
    const blocking: Train = (batch, signal) => {
      const timer = setInterval(() => hold(60), 100)
      return referenceEngine.train(batch, signal).finally(() => clearInterval(timer))
    }
    const boasting: Train = (batch, signal, onProgress) =>
      referenceEngine.train(batch, signal, (fraction) => onProgress?.(fraction + 1))
    expect(await broken(engineOf(deaf), 'abort and')).toHaveLength(1)
    expect(await broken(engineOf(blocking), 'blocks')).toHaveLength(1)
    expect(await broken(engineOf(boasting), 'progress')).toHaveLength(1)
  })
})

function hold(ms: number): void {
  for (const start = performance.now(); performance.now() - start < ms; );
}

/** A signal that follows another one late. */
function delayedAbort(signal: AbortSignal, delayMs: number): { late: AbortSignal; release: () => void } {
  const abort = new AbortController()
  const follow = (): void => void setTimeout(() => abort.abort(signal.reason), delayMs)
  signal.addEventListener('abort', follow)
  return { late: abort.signal, release: () => signal.removeEventListener('abort', follow) }
}
