import { MOST_PARAMETERS } from '@collapsar/sweep'
import { createReferenceEngine, trialBatch } from '@collapsar/trial'
import type { Engine, TrainedBatch, TrialBatch, TrialSpec } from '@collapsar/trial'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import { stackSize } from './stack-size.ts'
import { createTfjsEngine } from './tfjs-engine.ts'
import type { TfjsEngine } from './tfjs-engine.ts'

let engine: TfjsEngine
beforeAll(async () => {
  engine = await createTfjsEngine({ backend: 'wasm' })
})
afterAll(() => engine.close())

function cell(changes: Parameters<typeof exampleSpec>[0]): TrialSpec {
  return exampleSpec({ numerics: 'tfjs-f32/1', ...changes })
}

function train(by: Engine, batch: TrialBatch): Promise<TrainedBatch> {
  return by.train(batch, new AbortController().signal)
}

const unsupported = (changes: Parameters<typeof exampleSpec>[0]) => engine.supports(trialBatch(cell(changes), []))

describe('a stack', () => {
  // Rows by hand: 5 ms over the samples of an update times 22 ns a unit and 4 ns a weight, 1,222 ns and 142 ns in the second and third
  // case; in the first the pass is cut so that two networks take 5 ms.
  it.each([
    ['of a point set too large for one pass, two networks at a time', { width: 12, problem: { points: 3500 }, training: { steps: 2 } }, { rows: 2, inPasses: true }],
    ['of minibatches, checked on a point set too large for one pass', { width: 12, problem: { points: 500 }, training: { batch: 40, steps: 4 } }, { rows: 102, inPasses: true }],
    ['of a batch normalization, which takes all points at once', { network: { normalization: 'batch' }, problem: { points: 4000, sampling: 'random' }, training: { steps: 3, optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } } }, { rows: 8, inPasses: false }],
  ] as const)('%s, follows the reference', async (_name, changes, expectedSize) => {
    const batch = trialBatch(cell(changes), [0, 1, 2], { trace: true })
    const { checkSamples, rows } = stackSize(batch, 'wasm')
    expect({ rows, inPasses: checkSamples < batch.points.count }).toEqual(expectedSize)
    const [found, expected] = [await train(engine, batch), await train(createReferenceEngine(), batch)]
    expect([found.endStep, found.deadPoints, found.initialDeadLayer]).toEqual([expected.endStep, expected.deadPoints, expected.initialDeadLayer])
    for (const field of ['lossTrace', 'outputMin', 'outputMax'] as const) {
      // sums of thousands of binary32 terms, in another order
      expected[field]?.forEach((value, i) => expect(Math.abs((found[field]?.[i] ?? Number.NaN) - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value))))
    }
  })

  it('is the same trials in several stacks', async () => {
    const batch = trialBatch(cell({ depth: 4, width: 12, problem: { points: 800 }, training: { steps: 3 } }), [0, 1, 2, 3, 4, 5, 6])
    const { rows } = stackSize(batch, 'wasm')
    expect(rows).toBe(3)
    const together = await train(engine, batch)
    const alone = await train(engine, trialBatch(cell({ depth: 4, width: 12, problem: { points: 800 }, training: { steps: 3 } }), [5]))
    expect(together.parameters.slice((5 * together.parameters.length) / 7, (6 * together.parameters.length) / 7)).toEqual(alone.parameters)
  })
})

describe('memory', () => {
  it('has as many tensors after a training as before, whether it ended, was stopped or failed', async () => {
    const before = tf.memory().numTensors
    const batch = trialBatch(cell({ training: { steps: 40, batch: 20, noise: { kind: 'relative', level: 0.5, parameters: 'all' } } }), [0, 1, 2, 3])
    await train(engine, batch)
    expect(tf.memory().numTensors).toBe(before)
    for (const training of [{ steps: 1e6 }, { steps: 1e6, batch: 20 }]) {
      const abort = new AbortController()
      const endless = trialBatch(cell({ width: 8, problem: { points: 6000 }, training: { ...training, stopAtDeath: false } }), [0, 1, 2])
      const stopping = engine.train(endless, abort.signal, () => abort.abort(new Error('enough')))
      await expect(stopping).rejects.toThrow('enough')
      expect(tf.memory().numTensors).toBe(before)
    }
    await expect(train(engine, { ...batch, trials: Float64Array.of(0.5), initial: new Float32Array(1) })).rejects.toThrow('invalid initial: 1 parameters; expected')
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('what the engine refuses', () => {
  it('names the arithmetic, the number of parameters and of samples', () => {
    expect(unsupported({ numerics: 'ieee-f32/1' })).toBe('the TensorFlow.js engine has the numerics tfjs-f32/1, not ieee-f32/1')
    // 4 layers of 300 x 300 weights and 300 biases, and the outer ones of 600 and 301
    expect(unsupported({ depth: 6, width: 300 })).toBe(
      `TensorFlow.js on wasm trains networks of up to ${MOST_PARAMETERS['tfjs-f32/1']} parameters, not 362101: the event loop would wait too long`,
    )
    const reason = unsupported({ width: 30, problem: { points: 20_000, sampling: 'random' }, network: { normalization: 'batch' } })
    expect(reason).toMatch(/^TensorFlow.js on wasm takes up to \d+ samples of such a network at once, not 20000, all of which a batch normalization needs$/)
    expect(unsupported({ width: 30, problem: { points: 20_000, sampling: 'random' } })).toBe(true)
  })

  it('is trained by no call', async () => {
    await expect(train(engine, trialBatch(exampleSpec(), [0]))).rejects.toThrow('unsupported batch: the TensorFlow.js engine has the numerics tfjs-f32/1')
  })
})

describe('the backend of the process', () => {
  it('is shared by engines at the same time, and another one can be had when all are closed', async () => {
    await expect(createTfjsEngine({ backend: 'cpu' })).rejects.toThrow(
      'TensorFlow.js has one backend at a time in a process: cpu can be had when the engines that compute with wasm have been closed.',
    )
    const second = await createTfjsEngine()
    expect(second.device).toBe('TensorFlow.js 4.22.0, wasm')
    await second.close()
    await second.close()
    await engine.close()
    const other = await createTfjsEngine({ backend: 'cpu' })
    expect(other.device).toBe('TensorFlow.js 4.22.0, cpu')
    await other.close()
    engine = await createTfjsEngine({ backend: 'wasm' })
  })

  it('is kept until a training that a close stops has ended', async () => {
    const endless = trialBatch(cell({ training: { steps: 1e6, stopAtDeath: false } }), [0])
    const outcome = train(engine, endless).then(() => 'ended', String)
    await engine.close()
    expect(await outcome).toBe('Error: the TensorFlow.js engine was closed')
    // A call after the close gives nothing back a second time.
    await expect(train(engine, endless)).rejects.toThrow('the TensorFlow.js engine was closed')
    const other = await createTfjsEngine({ backend: 'cpu' })
    await expect(createTfjsEngine({ backend: 'wasm' })).rejects.toThrow('one backend at a time')
    await other.close()
    engine = await createTfjsEngine({ backend: 'cpu' })
  })
})
