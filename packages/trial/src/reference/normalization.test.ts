import { describe, expect, it } from 'vitest'
import type { TrialBatch } from '../batch.ts'
import { parameterCount } from '../network.ts'
import type { NetworkShape } from '../network.ts'
import { fillUniforms } from '../random/uniform.ts'
import { createReferenceEngine } from '../reference-engine.ts'
import type { LossSpec } from '../losses/index.ts'
import type { ActivationSpec, NormalizationKind } from '../trial.ts'

interface Case {
  readonly normalization: NormalizationKind
  readonly activation: ActivationSpec
  readonly loss: LossSpec
  readonly sizes: readonly number[]
  readonly count: number
}

function uniforms(length: number, tensor: number): Float64Array {
  const values = new Float64Array(length)
  fillUniforms(values, length, { key: [5, 6], trial: 0, tensor })
  return values.map((u) => 2 * u - 1)
}

/**
 * A network on as many one-hot points as it has inputs: every weight of its first layer is then one input of the first
 * normalization for one sample, so that derivatives by all parameters are derivatives by all inputs of it, too.
 */
function oneHot({ normalization, activation, loss, sizes, count }: Case): TrialBatch {
  const shape: NetworkShape = { sizes: [count, ...sizes], activation, normalization }
  const outputDim = sizes.at(-1) ?? 1
  const inputs = Float64Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0))
  return {
    numerics: 'ieee-f64/1',
    shape,
    training: { ...loss, optimizer: { kind: 'sgd', learningRate: 1, momentum: 0 }, batch: 'full', steps: 1, stopAtDeath: false },
    points: { count, inputDim: count, outputDim, inputs, targets: uniforms(count * outputDim, 1) },
    trials: Float64Array.of(0),
    minibatchKey: [0, 0],
    noiseKey: [0, 0],
    initial: uniforms(parameterCount(shape), 0),
    trace: false,
  }
}

const engine = createReferenceEngine()
const never = new AbortController().signal

async function gradientOf(batch: TrialBatch): Promise<Float64Array> {
  const { parameters } = await engine.train(batch, never)
  return batch.initial.map((p: number, i: number) => p - parameters[i]!) as Float64Array
}

/** Losses of networks given by their parameters, without training. */
async function lossesOf(batch: TrialBatch, networks: readonly Float64Array[]): Promise<Float64Array> {
  const initial = Float64Array.from(networks.flatMap((parameters) => [...parameters]))
  const training = { ...batch.training, steps: 0 }
  const { loss } = await engine.train({ ...batch, training, initial, trials: new Float64Array(networks.length) }, never)
  return loss
}

/** Central differences of step h: wrong by h^2 / 6 of a third derivative and by 1e-16 / h of rounding. */
async function differences(batch: TrialBatch, h: number): Promise<Float64Array> {
  const moved = Array.from(batch.initial, (_, i) =>
    [h, -h].map((step) => Float64Array.from(batch.initial, (p, k) => (k === i ? p + step : p))),
  )
  const losses = await lossesOf(batch, moved.flat())
  return Float64Array.from(batch.initial, (_, i) => (losses[2 * i]! - losses[2 * i + 1]!) / (2 * h))
}

describe('normalizations have the gradient of central differences, by all parameters and all inputs', () => {
  const mse: LossSpec = { loss: 'mse' }
  const tanh: ActivationSpec = { kind: 'tanh' }
  it.each<Case>([
    { normalization: 'batch', activation: tanh, loss: mse, sizes: [3, 1], count: 5 },
    { normalization: 'batch', activation: { kind: 'selu' }, loss: mse, sizes: [4, 4, 2], count: 7 },
    // two tiles of 32 and 5, and three of 16, 16 and 3: the statistics are over all of them
    { normalization: 'batch', activation: tanh, loss: { loss: 'huber', huberDelta: 0.4 }, sizes: [2, 2, 1], count: 37 },
    { normalization: 'batch', activation: { kind: 'gelu' }, loss: mse, sizes: [8, 8, 1], count: 35 },
    { normalization: 'batch', activation: { kind: 'relu' }, loss: mse, sizes: [3, 3, 1], count: 6 },
    { normalization: 'layer', activation: tanh, loss: mse, sizes: [3, 1], count: 5 },
    { normalization: 'layer', activation: { kind: 'elu' }, loss: mse, sizes: [4, 4, 2], count: 7 },
    { normalization: 'layer', activation: tanh, loss: { loss: 'huber', huberDelta: 0.4 }, sizes: [2, 2, 1], count: 37 },
    { normalization: 'layer', activation: { kind: 'leaky-relu', leak: 0.2 }, loss: mse, sizes: [8, 8, 1], count: 12 },
    { normalization: 'layer', activation: { kind: 'gelu' }, loss: mse, sizes: [1, 1, 1], count: 4 },
  ])('$normalization, $activation.kind, $loss.loss, $sizes on $count points', async (setting) => {
    const batch = oneHot(setting)
    const expected = await differences(batch, 1e-5)
    const gradient = await gradientOf(batch)
    expect(gradient.some((g) => Math.abs(g) > 1e-3)).toBe(true)
    // third derivatives grow with r^3, r up to 316: two units of two samples near each other
    gradient.forEach((g, i) => expect(Math.abs(g - expected[i]!), `parameter ${i}`).toBeLessThan(1e-7))
  })
})

describe('normalizations by hand', () => {
  /** x -> gamma (w x - mean) / sqrt(var + 1e-5) + beta through a leaky unit of slope 1: nothing else. */
  const identity = { kind: 'leaky-relu', leak: 1 } as const

  it('batch: two samples 0 and 4 have mean 2 and variance 4', async () => {
    const batch = oneHot({ normalization: 'batch', activation: identity, loss: { loss: 'mse' }, sizes: [1, 1], count: 2 })
    // W1 = [0, 4], b1 = 7 (no effect), W2 = 1, b2 = 0, gamma = 3, beta = 10: outputs 10 -+ 3 * 2 / sqrt(4.00001)
    const initial = Float64Array.of(0, 4, 7, 1, 0, 3, 10)
    const { outputMax, outputMin } = await engine.train({ ...batch, initial, training: { ...batch.training, steps: 0 } }, never)
    expect(outputMin[0]).toBeCloseTo(10 - 6 / Math.sqrt(4.00001), 13)
    expect(outputMax[0]).toBeCloseTo(10 + 6 / Math.sqrt(4.00001), 13)
  })

  it('layer: units 0 and 4 of one sample have mean 2 and variance 4', async () => {
    const batch = oneHot({ normalization: 'layer', activation: identity, loss: { loss: 'mse' }, sizes: [2, 1], count: 1 })
    // W1 = [0, 4], b1 = 0, W2 = [1, 10], b2 = 0, gamma = [1, 1], beta = [0, 5]: -s + 10 (s + 5), s = 2 / sqrt(4.00001)
    const initial = Float64Array.of(0, 4, 0, 0, 1, 10, 0, 1, 1, 0, 5)
    const { outputMax } = await engine.train({ ...batch, initial, training: { ...batch.training, steps: 0 } }, never)
    expect(outputMax[0]).toBeCloseTo(50 + 18 / Math.sqrt(4.00001), 13)
  })

  it('a batch of one sample is the shift alone, and nothing below it moves', async () => {
    const batch = oneHot({ normalization: 'batch', activation: identity, loss: { loss: 'mse' }, sizes: [2, 1], count: 1 })
    const gradient = await gradientOf(batch)
    expect([...gradient.subarray(0, 4)]).toEqual([0, 0, 0, 0])
    expect([...gradient.subarray(7, 9)]).toEqual([0, 0]) // the scales
    expect(gradient[9]).not.toBe(0) // a shift
  })
})
