import { readFileSync } from 'node:fs'
import { cpuEngineStatus, createCpuEngine } from '@collapsar/engine-cpu'
import type { ActivationSpec, Engine, Numerics, TrainedBatch, TrialBatch } from '@collapsar/trial'
import { conformanceChecks, createReferenceEngine, END, PORTABLE_NUMERICS, trialBatch } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { createPtxDevice } from '../../../test/support/ptx-device.ts'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import type { KernelShape } from './kernel-shape.ts'
import { createDeviceEngine } from './device-engine.ts'

/*
 * Whole trainings by the kernels, their PTX read to the bit (test/support/ptx-machine.ts). By default a short list that meets every activation, loss,
 * optimizer, normalization, noise and end; KERNELS=long runs the conformance suite of all engines as well, for some minutes.
 */
const LONG = process.env['KERNELS'] === 'long'

const SHAPES = (['registers', 'workgroups'] as const).flatMap((kernelShape) =>
  PORTABLE_NUMERICS.map((numerics) => ({ kernelShape, numerics })),
)

/** Few threads: each is read on its own. Of 8, some have no work in every layer, and some more than others. */
const MACHINE = { threads: 8 } as const

/** The oracle of the bits: one lane, and a fma in software. It needs a compiler. */
const oracle = cpuEngineStatus().available ? createCpuEngine({ instructionSet: 'scalar', threads: 1 }) : null

const forever = new AbortController().signal

describe.each(SHAPES)('training in $kernelShape, read as PTX, in $numerics', ({ kernelShape, numerics }) => {
  const engine = createDeviceEngine(createPtxDevice(), { id: 'ptx', version: '1', numerics: [numerics], kernelShape, ...MACHINE })

  it.skipIf(oracle === null).each(batches(numerics, kernelShape))('has the bits of the oracle for $name', async ({ batch, ends }) => {
    const trained = await engine.train(batch, forever)
    expect([...new Set(trained.end)]).toEqual(expect.arrayContaining([...ends]))
    expect(bytesOf(trained)).toEqual(bytesOf(await oracle!.train(batch, forever)))
  })

  it.skipIf(!LONG).each(LONG ? longChecks(engine).map(({ name, run }) => [name, run] as const) : [])('%s', { timeout: 1_800_000 }, async (_name, run) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

interface Case {
  readonly name: string
  readonly batch: TrialBatch
  /** How some of its trials end; in half precision others diverge. */
  readonly ends: readonly number[]
}

/** Points and samples are some tiles of 32 or 16, the last one short. Normalized networks are trained by workgroups alone. */
function batches(numerics: Numerics, kernelShape: KernelShape): Case[] {
  const batchOf = (changes: Parameters<typeof exampleSpec>[0], trials: readonly number[], trace = false) => trialBatch(exampleSpec({ numerics, ...changes }), trials, { trace })
  const adam = { kind: 'adam', learningRate: 0.01 } as const
  const losses = [{ loss: 'mse' }, { loss: 'mae' }, { loss: 'huber', huberDelta: 0.3 }] as const
  const optimizers = [{ kind: 'sgd', learningRate: 0.01, momentum: 0.9 }, adam, { kind: 'sgd', learningRate: 0.01, momentum: 0 }] as const
  const normalizations = kernelShape === 'workgroups' ? ([undefined, 'batch', 'layer'] as const) : []
  const noises = [undefined, { kind: 'relative', level: 0.5, parameters: 'biases' }, { kind: 'absolute', level: 0.05, parameters: 'all' }] as const
  const quick = { kind: 'adam', learningRate: 0.03 } as const
  const mixed = ACTIVATIONS.map((activation, i): Case => {
    const [loss, optimizer, normalization] = [losses[i % 3], optimizers[Math.floor(i / 2) % 3], normalizations[(i + 1) % 3] ?? null]
    const [width, noise] = [[9, 3, 2][i % 3], noises[Math.floor((i + 3) / 2) % 3]]
    const training = { ...loss, ...(optimizer && { optimizer }), ...(noise && { noise }), batch: i % 2 === 0 ? 37 : ('full' as const), steps: 4 }
    const network = { activation, bias: { kind: 'normal', std: 0.1 } as const, ...(normalization !== null && { normalization }) }
    const problem = { points: 41, sampling: 'random' as const, ...(i % 2 === 0 ? { target: 'abs-2d', inputDim: 2 } as const : {}) }
    const name = `${activation.kind}, ${loss?.loss}, ${optimizer?.kind}, ${normalization ?? 'no'} normalization, ${noise?.kind ?? 'no'} noise`
    return { name, batch: batchOf({ depth: 3, ...(width && { width }), network, problem, training }, [0, 2 ** 40], true), ends: [END.completed] }
  })
  const deaths = batchOf({ depth: 5, problem: { points: 9 }, training: { steps: 300, batch: 5, optimizer: quick } }, trialsTo(12))
  const convergence = { ...batchOf({ width: 3, problem: { points: 9 }, training: { steps: 70, optimizer: quick } }, trialsTo(4)), convergedLoss: 0.05 }
  const leaky = { activation: { kind: 'leaky-relu', leak: 0.1 } } as const
  const divergence = batchOf({ network: leaky, problem: { points: 9 }, training: { steps: 40, optimizer: { kind: 'sgd', learningRate: 1e6, momentum: 0 } } }, [0, 1], true)
  return [
    ...mixed,
    { name: 'deaths', batch: deaths, ends: [END.completed, END.bornDead, END.died] },
    { name: 'convergence', batch: convergence, ends: [END.completed, END.converged] },
    { name: 'divergence', batch: divergence, ends: [END.diverged] },
  ]
}

const ACTIVATIONS: readonly ActivationSpec[] = [{ kind: 'relu' }, { kind: 'leaky-relu', leak: 0.01 }, { kind: 'elu' }, { kind: 'selu' }, { kind: 'gelu' }, { kind: 'tanh' }]

function trialsTo(count: number): number[] {
  return Array.from({ length: count }, (_, trial) => trial)
}

/** The bytes of every result, so that NaN equals NaN and -0 differs from +0. */
function bytesOf(trained: TrainedBatch): Record<string, string> {
  const columns: [string, ArrayBufferView | null][] = Object.entries(trained)
  return Object.fromEntries(columns.map(([name, array]) => [name, array === null ? '' : Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex')]))
}

/** The machine works in the thread of the test: that it holds the event loop is no fault of the kernels. */
const OF_THE_HOST = /event loop|abort|progress|two batches/

/** PyTorch traces; test/golden/README.md says how they were made. */
function longChecks(engine: Engine) {
  const golden = ['training-float64.json', 'normalized-training-float64.json'].map(
    (file) => JSON.parse(readFileSync(new URL(`../../../test/golden/${file}`, import.meta.url), 'utf8')) as { cases: unknown[] },
  )
  const traces = { cases: golden.flatMap(({ cases }) => cases) }
  return conformanceChecks(engine, { referenceEngine: createReferenceEngine(), traces }).filter(({ name }) => !OF_THE_HOST.test(name))
}
