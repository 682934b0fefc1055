import type { ActivationSpec, Engine, NoiseSpec, OptimizerSpec, TrainedBatch, TrainingSpec, TrialBatch } from '@collapsar/trial'
import { END } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'

import type { InstructionSet } from './addon.ts'
import { createCpuEngine } from './cpu-engine.ts'
import { exampleBatch } from './example-batch.ts'
import { cpuEngineStatus } from './status.ts'

const status = cpuEngineStatus()
const sets = status.available ? status.instructionSets : []
const vectorSets = sets.filter((set): set is InstructionSet => set !== 'scalar')

/** One lane and a software fma: the oracle of the bits. */
const oracle = createCpuEngine({ instructionSet: 'scalar', threads: 2 })

const ACTIVATIONS: readonly ActivationSpec[] = [
  { kind: 'relu' },
  { kind: 'leaky-relu', leak: 0.01 },
  { kind: 'elu' },
  { kind: 'selu' },
  { kind: 'gelu' },
  { kind: 'tanh' },
]
const OPTIMIZERS: readonly OptimizerSpec[] = [
  { kind: 'sgd', learningRate: 0.05, momentum: 0 },
  { kind: 'sgd', learningRate: 0.02, momentum: 0.9 },
  { kind: 'adam', learningRate: 0.01 },
]
const TRAININGS: readonly Partial<TrainingSpec>[] = OPTIMIZERS.flatMap((optimizer) =>
  (['mse', 'mae', 'huber'] as const).flatMap((loss) =>
    (['full', 37] as const).map((batch) => ({ optimizer, loss, batch, huberDelta: 0.2 })),
  ),
)
const NUMERICS = ['ieee-f32/1', 'ieee-f64/1', 'f16/1', 'bf16/1'] as const
const NORMALIZATIONS = [undefined, 'batch', 'layer'] as const
const NOISES: readonly NoiseSpec[] = (['relative', 'absolute'] as const).flatMap((kind) =>
  (['biases', 'all'] as const).map((parameters) => ({ kind, level: kind === 'relative' ? 0.5 : 0.05, parameters })),
)
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33]

const train = (engine: Engine, batch: TrialBatch) => engine.train(batch, new AbortController().signal)

/** The bytes of every result, so that NaN equals NaN and -0 differs from +0. */
function bytesOf(trained: TrainedBatch): Record<string, string> {
  const bytes = (array: ArrayBufferView | null) =>
    array === null ? '' : Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex')
  const columns: [string, ArrayBufferView | null][] = Object.entries(trained)
  return Object.fromEntries(columns.map(([name, array]) => [name, bytes(array)]))
}

async function expectSameBits(engine: Engine, batch: TrialBatch): Promise<void> {
  expect(bytesOf(await train(engine, batch))).toEqual(bytesOf(await train(oracle, batch)))
}

describe.each(vectorSets)('%s has the bits of the scalar build', (instructionSet) => {
  const engines = [1, 2].map((threads) => createCpuEngine({ instructionSet, threads })) as [Engine, Engine]

  it.each(WIDTHS)('for every activation, loss, optimizer and batch at width %i in binary32', async (width) => {
    for (const [i, activation] of ACTIVATIONS.entries()) {
      for (const [k, training] of TRAININGS.entries()) {
        const sizes = { width, trials: width > 9 ? 3 : 11, points: 33 + 2 * k, seed: 100 * width + 10 * i + k }
        const batch = exampleBatch({ ...sizes, activation, training: { ...training, steps: 5 } })
        await expectSameBits(engines[k % 2 === 0 ? 0 : 1], batch)
      }
    }
  })

  it.each(WIDTHS)('for every activation and training in turn at width %i in binary64', async (width) => {
    for (const [k, training] of TRAININGS.entries()) {
      const activation = ACTIVATIONS[(k + width) % ACTIVATIONS.length]
      const sizes = { width, trials: width > 9 ? 2 : 5, points: 33 + k, seed: 100 * width + k }
      const batch = exampleBatch({ numerics: 'ieee-f64/1', ...sizes, activation, training: { ...training, steps: 4 } })
      await expectSameBits(engines[k % 2 === 0 ? 1 : 0], batch)
    }
  })

  it.each(['f16/1', 'bf16/1'] as const)('for every activation and training in turn in %s', async (numerics) => {
    for (const width of WIDTHS) {
      for (const [k, training] of TRAININGS.entries()) {
        const activation = ACTIVATIONS[(k + width) % ACTIVATIONS.length]
        const sizes = { width, trials: width > 9 ? 3 : 9, points: 33 + k, seed: 100 * width + k }
        await expectSameBits(engines[0], exampleBatch({ numerics, ...sizes, activation, training: { ...training, steps: 4 } }))
      }
    }
  })

  it.each(['batch', 'layer'] as const)('with %s normalization', async (normalization) => {
    for (const [i, width] of WIDTHS.entries()) {
      for (const [k, training] of TRAININGS.entries()) {
        const activation = ACTIVATIONS[(i + k) % ACTIVATIONS.length]
        const numerics = NUMERICS[(i + k) % NUMERICS.length]
        const sizes = { width, trials: 9, points: 30 + 3 * k, inputDim: 1 + (k % 2), seed: 100 * width + k }
        const batch = { ...sizes, numerics, activation, normalization, training: { ...training, steps: 4 } }
        await expectSameBits(engines[k % 2 === 0 ? 1 : 0], exampleBatch(batch))
      }
    }
  })

  it.each([1, 3, 80])('with batch normalization over a minibatch of %i of 20 points', async (batch) => {
    const shape = { normalization: 'batch', width: 3, points: 20 } as const
    await expectSameBits(engines[1], exampleBatch({ ...shape, training: { steps: 40, batch } }))
  })

  it.each(NOISES)('with $kind noise of $parameters', async (noise) => {
    for (const [i, numerics] of NUMERICS.entries()) {
      for (const [k, training] of TRAININGS.entries()) {
        const width = WIDTHS[(i + 4 * k) % 9]
        const sizes = { width, trials: 9 + k, points: 33 + k, inputDim: 1 + (k % 2), seed: 100 * i + k }
        const network = { numerics, activation: ACTIVATIONS[(i + k) % ACTIVATIONS.length], normalization: NORMALIZATIONS[k % 3] }
        await expectSameBits(engines[k % 2 === 0 ? 1 : 0], exampleBatch({ ...sizes, ...network, training: { ...training, steps: 4, noise } }))
      }
    }
  })

  it.each(NOISES)('when some networks die or revive under $kind noise of $parameters', async (noise) => {
    const training = { steps: 430, noise, batch: 7, optimizer: { kind: 'adam', learningRate: 0.03 } as const }
    const batch = exampleBatch({ width: 2, depth: 5, trials: 60, points: 20, training })
    const { deadLayer, end, initialDeadLayer } = await train(engines[1], batch)
    const ends = noise.kind === 'relative' ? [END.completed, END.bornDead, END.died] : [END.completed]
    expect([...new Set(end)].toSorted()).toEqual(ends)
    const revived = initialDeadLayer.filter((layer, trial) => layer > 0 && deadLayer[trial] === 0)
    expect(revived.length > 0).toBe(noise.kind === 'absolute')
    await expectSameBits(engines[0], batch)
    await expectSameBits(engines[1], batch)
  })

  it('when some converge, some die and some train to the end', async () => {
    const training = { steps: 500, optimizer: { kind: 'adam', learningRate: 0.03 } as const }
    const batch = exampleBatch({ width: 4, depth: 4, trials: 60, points: 20, convergedLoss: 0.02, training })
    const { end, endStep, loss } = await train(engines[1], batch)
    expect(new Set(end)).toEqual(new Set([END.completed, END.bornDead, END.died, END.converged]))
    end.forEach((kind, trial) => {
      if (kind !== END.converged) return
      expect(loss[trial]).toBeLessThanOrEqual(0.02)
      expect(endStep[trial]! % 32).toBe(0)
    })
    await expectSameBits(engines[0], batch)
    await expectSameBits(engines[1], batch)
  })

  it.each(Array.from({ length: 40 }, (_, i) => i + 1))('for a batch of %i trials', async (trials) => {
    const training = { steps: 70, batch: trials % 2 === 0 ? 7 : ('full' as const) }
    await expectSameBits(engines[0], exampleBatch({ trials, points: 9, width: 2, seed: trials, training }))
  })

  it.each([
    { inputDim: 2, outputDim: 1, width: 2 },
    { inputDim: 1, outputDim: 3, width: 2 },
    { inputDim: 3, outputDim: 2, width: 5 },
    { inputDim: 8, outputDim: 8, width: 8 },
    { inputDim: 5, outputDim: 4, width: 11 },
  ])('for $inputDim inputs, $outputDim outputs and width $width', async (sizes) => {
    for (const activation of ACTIVATIONS) {
      for (const batch of ['full', 6] as const) {
        await expectSameBits(engines[1], exampleBatch({ ...sizes, activation, training: { steps: 6, batch } }))
      }
    }
  })

  it.each([2, 3, 12, 60, 200])('at depth %i', async (depth) => {
    await expectSameBits(engines[1], exampleBatch({ depth, width: 4, trials: 9, points: 12, training: { steps: 3 } }))
  })

  it.each([1, 2, 31, 32, 33, 63, 64, 65, 130])('for %i training points', async (points) => {
    for (const width of [2, 7, 8]) {
      await expectSameBits(engines[0], exampleBatch({ width, points, trials: 9, training: { steps: 3 } }))
    }
  })

  it('with a trace', async () => {
    await expectSameBits(engines[1], exampleBatch({ trace: true, width: 2, trials: 19, training: { steps: 300 } }))
  })

  it.each([true, false])('when trials are born dead, die or live on, stopAtDeath %s', async (stopAtDeath) => {
    const training = { steps: 430, stopAtDeath, optimizer: { kind: 'adam', learningRate: 0.03 } as const }
    const batch = exampleBatch({ width: 2, depth: 5, trials: 60, points: 20, training })
    const { end, firstDeadStep } = await train(engines[1], batch)
    const kinds = new Set(end)
    expect([...kinds].toSorted()).toEqual(stopAtDeath ? [END.completed, END.bornDead, END.died] : [END.completed])
    expect(firstDeadStep.some((step) => step > 32)).toBe(true)
    await expectSameBits(engines[0], batch)
    await expectSameBits(engines[1], batch)
  })

  it('when some networks diverge', async () => {
    for (const activation of ACTIVATIONS) {
      const training = { steps: 70, optimizer: { kind: 'sgd', learningRate: 0.8, momentum: 0 } as const }
      const batch = exampleBatch({ width: 6, trials: 30, activation, scale: 1.5, training })
      expect((await train(engines[0], batch)).end).toContain(END.diverged)
      await expectSameBits(engines[1], batch)
    }
  })
})

describe('refilling lanes', () => {
  it.each([
    { name: 'relu', network: {} },
    { name: 'batch normalization', network: { normalization: 'batch', convergedLoss: 0.05 } as const },
    { name: 'bfloat16 and layer normalization', network: { normalization: 'layer', numerics: 'bf16/1' } as const },
    { name: 'relative noise', network: {}, noise: NOISES[1] },
    { name: 'absolute noise', network: { numerics: 'f16/1', convergedLoss: 0.1 } as const, noise: NOISES[2] },
  ])('gives each trial the bits that it has alone: $name', async ({ network, noise }) => {
    const engine = createCpuEngine({ threads: 2 })
    const training = { steps: 333, optimizer: { kind: 'adam', learningRate: 0.03 } as const, batch: 8, ...(noise && { noise }) }
    const batch = exampleBatch({ ...network, width: 2, depth: 5, trials: 50, points: 20, training })
    const together = await train(engine, batch)
    if (batch.shape.normalization !== 'layer') expect(new Set(together.end).size).toBeGreaterThan(1)
    const count = batch.initial.length / 50
    for (let trial = 0; trial < 50; trial++) {
      const initial = batch.initial.slice(trial * count, (trial + 1) * count)
      const alone = await train(engine, { ...batch, initial, trials: batch.trials.slice(trial, trial + 1) })
      expect(alone.parameters).toEqual(together.parameters.slice(trial * count, (trial + 1) * count))
      expect(alone.end[0]).toBe(together.end[trial])
      expect(alone.endStep[0]).toBe(together.endStep[trial])
      expect(alone.loss[0]).toBe(together.loss[trial])
      expect(alone.earlierLoss[0]).toBe(together.earlierLoss[trial])
    }
  })
})
