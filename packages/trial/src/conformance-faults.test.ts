import { readFileSync } from 'node:fs'
// By its name: the build trains twice as fast as what vitest makes of the sources.
import { allocateParameters, conformanceChecks, createReferenceEngine, drawnBatch, END } from '@collapsar/trial'
import type { Engine, NoiseSpec, Numerics, TrainedBatch, TrialBatch } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { rememberingEngine } from '../../../test/support/remembering-engine.ts'

const golden = ['training-float64.json', 'normalized-training-float64.json'].map(
  (name) => JSON.parse(readFileSync(new URL(`../../../test/golden/${name}`, import.meta.url), 'utf8')) as { cases: unknown[] },
)
const traces = { cases: golden.flatMap(({ cases }) => cases) }
const referenceEngine = createReferenceEngine()
/** Most engines below differ from the reference in few batches of many. */
const remembering = rememberingEngine(referenceEngine)

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
  async (batch, signal) => change(await remembering.train(batch, signal), drawnBatch(batch))

/** Trains another batch than it is asked to. */
const mistaking =
  (change: (batch: TrialBatch) => TrialBatch): Train =>
  async (batch, signal) => remembering.train(change(drawnBatch(batch)), signal)

/** The batch with other noise, where it has any. */
function withNoise(batch: TrialBatch, changes: Partial<NoiseSpec>): TrialBatch {
  const { training } = batch
  return training.noise === undefined ? batch : { ...batch, training: { ...training, noise: { ...training.noise, ...changes } } }
}

/** A narrow engine of sorts: it computes in another arithmetic, from the same parameters, and rounds the result. */
const computingIn =
  (numerics: Numerics): Train =>
  async (batch, signal, onProgress) => {
    const drawn = drawnBatch(batch).initial
    const initial = allocateParameters(numerics, drawn.length)
    initial.set(drawn)
    const trained = await referenceEngine.train({ ...batch, numerics, initial }, signal, onProgress)
    return { ...trained, parameters: Float32Array.from(trained.parameters) }
  }

/** Runs the checks of an engine whose name contains `part`; those that reject, by name. */
async function broken(engine: Engine, part: string): Promise<string[]> {
  const failed: string[] = []
  const checks = conformanceChecks(engine, { referenceEngine: remembering, traces }).filter(({ name }) => name.includes(part))
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
    expect(await broken(engineOf(train), 'any batch')).toHaveLength(6)
  })

  it('is wrong by 1e-8 in a loss', async () => {
    const train = changing((trained) => {
      const lossTrace = trained.lossTrace?.map((loss) => loss * (1 + 1e-8)) ?? null
      return { ...trained, lossTrace }
    })
    expect(await broken(engineOf(train), 'trace')).toHaveLength(20)
    expect(await broken(engineOf(train), 'agrees')).toHaveLength(22)
  })

  it('computes in binary64 what is to be computed in binary32', async () => {
    expect(await broken(engineOf(computingIn('ieee-f64/1'), ['ieee-f32/1']), 'agrees')).toHaveLength(22)
  })

  it('stores binary32 numbers in the place of binary16 ones', async () => {
    const engine = engineOf(computingIn('ieee-f32/1'), ['f16/1'])
    expect(await broken(engine, 'numbers of its format')).toHaveLength(3)
    expect(await broken(engine, 'agrees')).toHaveLength(22)
  })

  it('takes one activation, normalization or loss for another', async () => {
    const elu = mistaking((batch) => {
      const { activation } = batch.shape
      return { ...batch, shape: { ...batch.shape, activation: activation.kind === 'selu' ? { kind: 'elu' } : activation } }
    })
    expect(await broken(engineOf(elu), 'agrees')).toHaveLength(3)
    const layer = mistaking((batch) => {
      const { normalization } = batch.shape
      return normalization === undefined ? batch : { ...batch, shape: { ...batch.shape, normalization: 'layer' } }
    })
    expect(await broken(engineOf(layer), 'agrees')).toHaveLength(10)
    const unit = mistaking((batch) => ({ ...batch, training: { ...batch.training, huberDelta: 1 } }))
    expect(await broken(engineOf(unit), 'agrees')).toHaveLength(18)
  })

  it('leaves the noise out, draws another one, or gives it to the wrong parameters', async () => {
    const noiseless = mistaking((batch) => {
      const { noise: _noise, ...training } = batch.training
      return { ...batch, training }
    })
    expect(await broken(engineOf(noiseless), 'noise of')).toHaveLength(4)
    expect(await broken(engineOf(noiseless), 'adds level r')).toHaveLength(1)
    expect(await broken(engineOf(noiseless), 'absolute noise, which revives')).toHaveLength(1)
    const shared = mistaking((batch) => ({ ...batch, noiseKey: batch.minibatchKey }))
    expect(await broken(engineOf(shared), 'noise of')).toHaveLength(4)
    expect(await broken(engineOf(shared), 'adds level r')).toHaveLength(1)
    const everywhere = mistaking((batch) => withNoise(batch, { parameters: 'all' }))
    expect(await broken(engineOf(everywhere), 'noise of')).toHaveLength(2)
    expect(await broken(engineOf(everywhere), 'adds level r')).toHaveLength(1)
    const absolute = mistaking((batch) => withNoise(batch, { kind: 'absolute' }))
    expect(await broken(engineOf(absolute), 'noise of')).toHaveLength(2)
    expect(await broken(engineOf(absolute), 'deaths under relative noise')).toHaveLength(1)
  })

  it('stops at convergence too early, too late, or beyond a death', async () => {
    const bounded = (bound: number): Train =>
      mistaking((batch) => (batch.convergedLoss === undefined ? batch : { ...batch, convergedLoss: batch.convergedLoss * bound }))
    const name = 'ends a converged'
    expect(await broken(engineOf(bounded(2)), name)).toHaveLength(1)
    expect(await broken(engineOf(bounded(1 - Number.EPSILON)), name)).toHaveLength(1)
    expect(await broken(engineOf(bounded(0)), name)).toHaveLength(1)
    const hasty = changing((trained, { convergedLoss }) =>
      convergedLoss === undefined ? trained : { ...trained, end: trained.end.map((end) => (end === END.died ? END.converged : end)) },
    )
    expect(await broken(engineOf(hasty), 'before it calls the trial converged')).toHaveLength(1)
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
