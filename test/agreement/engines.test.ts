import { createTfjsEngine } from '@collapsar/engine-tfjs'
import { createWebgpuEngine } from '@collapsar/engine-webgpu'
import { createDeviceEngine } from '@collapsar/kernels'
import { fisherTails } from '@collapsar/statistics'
import { OUTCOMES } from '@collapsar/trial'
import type { Engine, Numerics } from '@collapsar/trial'
import { afterAll, describe, expect, it } from 'vitest'
import { exampleSpec } from '../../packages/trial/src/example-spec.ts'
import { createPtxDevice } from '../support/ptx-device.ts'
import { useSwiftShader } from '../support/swiftshader.ts'
import { cpuEngine } from './cells.ts'
import { definitions, deviations, oneGradient, outcomeCounts, tolerance } from './engine-agreement.ts'

const LONG = process.env['AGREEMENT'] === 'long'

interface Entrant {
  readonly name: string
  readonly numerics: Numerics
  /** Whether it compiles a kernel, or reads one, for seconds: then it meets each definition once, all of them with AGREEMENT=long. */
  readonly slow?: boolean
  /** Trials of a cell that it can train in the time of a test. */
  readonly trials: number
  open(): Promise<Engine>
}

const ENTRANTS: readonly Entrant[] = [
  { name: 'the processor', numerics: 'ieee-f32/1', trials: 2000, open: async () => cpuEngine() },
  {
    name: 'CUDA kernels, read as PTX',
    numerics: 'ieee-f32/1',
    slow: true,
    trials: 60,
    open: async () => createDeviceEngine(createPtxDevice(), { id: 'ptx', version: '1', numerics: ['ieee-f32/1'], threads: 8 }),
  },
  { name: 'TensorFlow.js', numerics: 'tfjs-f32/1', trials: 150, open: () => createTfjsEngine() },
  ...(useSwiftShader() ? [{ name: 'WebGPU on SwiftShader', numerics: 'webgpu-f32/1', slow: true, trials: 100, open: () => createWebgpuEngine({ software: true }) } as const] : []),
]

/** Of all comparisons of one run together, by Bonferroni. */
const FALSE_ALARM = 1e-3

describe.each(ENTRANTS)('$name', ({ numerics, open, slow = false, trials }) => {
  const opened = open()
  afterAll(async () => (await opened).close())

  it.each(definitions(numerics, slow && !LONG ? 'each' : 'all'))('has the gradient and the parameters after 50 steps of: $name', async ({ spec }) => {
    const engine = await opened
    for (const compared of [oneGradient(spec), spec]) {
      const found = await deviations(engine, compared)
      expect(found.engine.difference, `${compared.training.steps} steps`).toBeLessThanOrEqual(tolerance(found.rounding))
    }
  })

  it('ends trials as often in each way as the processor does on other trials', async () => {
    const processor = cpuEngine()
    const cells = [[3, 2], [6, 2], [3, 3]].map(([depth, width]) => exampleSpec({ depth: depth!, width: width!, problem: { points: 16 }, training: { steps: 96, optimizer: { kind: 'adam', learningRate: 0.02 } } }))
    for (const spec of cells) {
      const ours = await outcomeCounts(await opened, { ...spec, numerics }, { first: 1_000_000, count: trials })
      const theirs = await outcomeCounts(processor, spec, { first: 0, count: 4000 })
      OUTCOMES.forEach((outcome, i) => {
        const { lower, upper } = fisherTails({ successes: ours[i]!, trials }, { successes: theirs[i]!, trials: 4000 })
        expect(Math.min(lower, upper), `${outcome}: ${ours[i]} of ${trials}, and ${theirs[i]} of 4000`).toBeGreaterThan(FALSE_ALARM / (2 * cells.length * OUTCOMES.length * ENTRANTS.length))
      })
    }
    await processor.close()
  })
})

it('an engine that takes a hundredth more of each step would be found out by every definition', async () => {
  const processor = cpuEngine()
  const hasty: Engine = {
    ...processor,
    train: (batch, signal) => {
      const optimizer = { ...batch.training.optimizer, learningRate: 1.01 * batch.training.optimizer.learningRate }
      return processor.train({ ...batch, training: { ...batch.training, optimizer } }, signal)
    },
  }
  for (const { name, spec } of definitions('ieee-f32/1', 'all')) {
    for (const compared of [oneGradient(spec), spec]) {
      const found = await deviations(hasty, compared)
      expect(found.engine.difference, `${name}, ${compared.training.steps} steps`).toBeGreaterThan(tolerance(found.rounding))
    }
  }
  await processor.close()
})
