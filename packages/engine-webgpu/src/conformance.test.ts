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
const PROMISES = /no steps at all|aborted beforehand|event loop|two batches|diverge|born dead|converge|any batch, width 2, no normalization, no noise/

const SGD = { kind: 'sgd', learningRate: 0.01, momentum: 0 } as const
const MOMENTUM = { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } as const
const ADAM = { kind: 'adam', learningRate: 0.01 } as const

interface Case extends Pick<TrainingSpec, 'batch' | 'huberDelta' | 'loss' | 'noise' | 'optimizer'> {
  readonly width: number
  readonly normalization?: 'batch' | 'layer'
}

function noise(kind: NoiseSpec['kind'], parameters: NoiseSpec['parameters']): NoiseSpec {
  return { kind, parameters, level: kind === 'relative' ? 0.5 : 0.01 }
}

type Cases = Readonly<Record<ActivationSpec['kind'], Case>>

/** A network for each thread. */
const IN_REGISTERS: Cases = {
  'relu': { width: 1, loss: 'mse', optimizer: ADAM, batch: 'full' },
  'leaky-relu': { width: 3, loss: 'mae', optimizer: MOMENTUM, batch: 37, noise: noise('relative', 'all') },
  'elu': { width: 2, loss: 'huber', huberDelta: 0.3, optimizer: SGD, batch: 1, noise: noise('relative', 'biases') },
  'selu': { width: 2, loss: 'mse', optimizer: MOMENTUM, batch: 37, noise: noise('absolute', 'all') },
  'gelu': { width: 3, loss: 'mae', optimizer: ADAM, batch: 'full', noise: noise('absolute', 'biases') },
  'tanh': { width: 2, loss: 'huber', huberDelta: 0.3, optimizer: ADAM, batch: 37 },
}

/** A network for each workgroup. No Adam behind a batch normalization, where it makes full steps of what is rounding alone. */
const IN_WORKGROUPS: Cases = {
  'relu': { width: 9, loss: 'huber', huberDelta: 0.3, optimizer: ADAM, batch: 37, normalization: 'layer', noise: noise('relative', 'biases') },
  'leaky-relu': { width: 9, loss: 'mse', optimizer: SGD, batch: 'full', normalization: 'batch', noise: noise('relative', 'all') },
  'elu': { width: 9, loss: 'mae', optimizer: ADAM, batch: 1, noise: noise('absolute', 'biases') },
  'selu': { width: 9, loss: 'huber', huberDelta: 0.3, optimizer: MOMENTUM, batch: 'full', normalization: 'layer' },
  'gelu': { width: 9, loss: 'mse', optimizer: MOMENTUM, batch: 37, normalization: 'batch' },
  'tanh': { width: 9, loss: 'mae', optimizer: SGD, batch: 37, noise: noise('absolute', 'all') },
}

function specOf(kind: ActivationSpec['kind'], { normalization, width, ...training }: Case) {
  const activation: ActivationSpec = kind === 'leaky-relu' ? { kind, leak: 0.01 } : { kind }
  return exampleSpec({
    numerics: 'webgpu-f32/1',
    width,
    network: { activation, bias: { kind: 'normal', std: 0.1 }, ...(normalization === undefined ? {} : { normalization }) },
    problem: { points: 41, sampling: 'random', ...(width === 3 ? { target: 'abs-2d', inputDim: 2 } : {}) },
    training: { ...training, steps: 5 },
  })
}

/** Of a busy machine with one core. */
const TIMEOUT_MS = 600_000

const available = useSwiftShader()

describe.skipIf(!available)('the engine of WebGPU on SwiftShader', async () => {
  const referenceEngine = createReferenceEngine()
  // Where tests are skipped they are listed all the same, and nothing is opened.
  const engine = available ? await createWebgpuEngine({ software: true }) : referenceEngine

  it.each([
    ['registers', IN_REGISTERS],
    ['blocks or workgroups', IN_WORKGROUPS],
  ] as const)('agrees with the reference for each definition once in %s', async (_shape, cases) => {
    await expect(checkAgreements(engine, referenceEngine, Object.entries(cases).map(([kind, example]) => specOf(kind as ActivationSpec['kind'], example)))).resolves.toBeUndefined()
  }, TIMEOUT_MS)

  const checks = available ? conformanceChecks(engine, { referenceEngine, traces: { cases: [] } }) : []
  const promises = checks.filter(({ name }) => LONG || PROMISES.test(name)).map((check) => [check.name, check] as const)
  it.each(promises)('%s', async (_name, { run }) => {
    await expect(run()).resolves.toBeUndefined()
  }, TIMEOUT_MS)
})
