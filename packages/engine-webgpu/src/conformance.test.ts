import { conformanceChecks, createReferenceEngine } from '@collapsar/trial'
import type { ActivationSpec, NoiseSpec, TrainingSpec } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { useSwiftShader } from '../../../test/support/swiftshader.ts'
import { checkAgreements } from '../../trial/src/conformance/agreement-checks.ts'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import { createWebgpuEngine } from './webgpu-engine.ts'

/**
 * SwiftShader takes two seconds of a processor to compile a kernel, and the promises of an engine have 200 of them. By default each
 * definition is compared once in each shape of kernel, and the promises are those that another kernel could not break; that a training stops
 * within a second of its abort is not one that a processor beside other work can keep. CONFORMANCE=long tries all.
 */
const LONG = process.env['CONFORMANCE'] === 'long'
const PROMISES = /no steps at all|aborted beforehand|event loop|two batches|diverge|born dead|converge/

const SGD = { kind: 'sgd', learningRate: 0.01, momentum: 0 } as const
const MOMENTUM = { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } as const
const ADAM = { kind: 'adam', learningRate: 0.01 } as const

interface Case extends Pick<TrainingSpec, 'batch' | 'huberDelta' | 'loss' | 'noise' | 'optimizer'> {
  readonly width: number
  readonly activation: ActivationSpec
  readonly normalization?: 'batch' | 'layer'
}

function noise(kind: NoiseSpec['kind'], parameters: NoiseSpec['parameters']): NoiseSpec {
  return { kind, parameters, level: kind === 'relative' ? 0.5 : 0.01 }
}

/** A network for each thread. */
const IN_REGISTERS: readonly Case[] = [
  { width: 1, activation: { kind: 'relu' }, loss: 'mse', optimizer: ADAM, batch: 'full' },
  { width: 3, activation: { kind: 'leaky-relu', leak: 0.01 }, loss: 'mae', optimizer: MOMENTUM, batch: 37, noise: noise('relative', 'all') },
  { width: 2, activation: { kind: 'elu' }, loss: 'huber', huberDelta: 0.3, optimizer: SGD, batch: 1, noise: noise('relative', 'biases') },
  { width: 2, activation: { kind: 'selu' }, loss: 'mse', optimizer: MOMENTUM, batch: 37, noise: noise('absolute', 'all') },
  { width: 3, activation: { kind: 'gelu' }, loss: 'mae', optimizer: ADAM, batch: 'full', noise: noise('absolute', 'biases') },
  { width: 2, activation: { kind: 'tanh' }, loss: 'huber', huberDelta: 0.3, optimizer: ADAM, batch: 37 },
]

/** A network for each workgroup. No Adam behind a batch normalization, where it makes full steps of what is rounding alone. */
const IN_WORKGROUPS: readonly Case[] = [
  { width: 9, activation: { kind: 'relu' }, loss: 'huber', huberDelta: 0.3, optimizer: ADAM, batch: 37, normalization: 'layer', noise: noise('relative', 'biases') },
  { width: 9, activation: { kind: 'leaky-relu', leak: 0.01 }, loss: 'mse', optimizer: SGD, batch: 'full', normalization: 'batch', noise: noise('relative', 'all') },
  { width: 9, activation: { kind: 'elu' }, loss: 'mae', optimizer: ADAM, batch: 1, noise: noise('absolute', 'biases') },
  { width: 9, activation: { kind: 'selu' }, loss: 'huber', huberDelta: 0.3, optimizer: MOMENTUM, batch: 'full', normalization: 'layer' },
  { width: 9, activation: { kind: 'gelu' }, loss: 'mse', optimizer: MOMENTUM, batch: 37, normalization: 'batch' },
  { width: 9, activation: { kind: 'tanh' }, loss: 'mae', optimizer: SGD, batch: 37, noise: noise('absolute', 'all') },
]

function specOf({ activation, normalization, width, ...training }: Case) {
  return exampleSpec({
    numerics: 'webgpu-f32/1',
    width,
    network: { activation, bias: { kind: 'normal', std: 0.1 }, ...(normalization === undefined ? {} : { normalization }) },
    problem: { points: 41, sampling: 'random', ...(width === 3 ? { target: 'abs-2d', inputDim: 2 } : {}) },
    training: { ...training, steps: 5 },
  })
}

describe.skipIf(!useSwiftShader())('the engine of WebGPU on SwiftShader', async () => {
  const referenceEngine = createReferenceEngine()
  const engine = await createWebgpuEngine({ software: true })

  it.each([
    ['registers', IN_REGISTERS],
    ['blocks or workgroups', IN_WORKGROUPS],
  ] as const)('agrees with the reference for each definition once in %s', async (_shape, cases) => {
    await expect(checkAgreements(engine, referenceEngine, cases.map(specOf))).resolves.toBeUndefined()
  })

  const checks = conformanceChecks(engine, { referenceEngine, traces: { cases: [] } })
  it.each(checks.filter(({ name }) => LONG || PROMISES.test(name)))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  }, 600_000)
})
