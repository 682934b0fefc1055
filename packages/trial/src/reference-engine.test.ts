import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createReferenceEngine } from './reference-engine.ts'
import { trainingCase } from './traces/index.ts'

/** PyTorch 1.13, float64; see test/golden/README.md. */
interface GoldenCase {
  readonly name: string
  readonly lossTrace: readonly number[]
  readonly initial: readonly unknown[]
  readonly final: readonly unknown[]
  readonly firstGradient: readonly unknown[]
}

const golden = {
  cases: ['training-float64.json', 'normalized-training-float64.json'].flatMap(
    (name) =>
      (JSON.parse(readFileSync(new URL(`../../../test/golden/${name}`, import.meta.url), 'utf8')) as { cases: GoldenCase[] })
        .cases,
  ),
}

const never = new AbortController().signal

describe('reference engine', () => {
  it.each(golden.cases)('reproduces the losses and final parameters of $name', async (golden) => {
    const trained = await createReferenceEngine().train(trainingCase(golden), never)
    expect(trained.lossTrace).toHaveLength(golden.lossTrace.length)
    golden.lossTrace.forEach((loss, t) => {
      expect(Math.abs(trained.lossTrace![t]! / loss - 1)).toBeLessThan(1e-11)
    })
    const final = golden.final.flat(3) as number[]
    final.forEach((p, i) => expect(Math.abs(trained.parameters[i]! - p)).toBeLessThan(1e-11))
  })

  it.each(golden.cases)('takes the gradient of $name', async ({ firstGradient, ...golden }) => {
    const batch = trainingCase({ ...golden, steps: 1, optimizer: { kind: 'sgd', lr: 1 } })
    const { parameters } = await createReferenceEngine().train(batch, never)
    const gradient = firstGradient.flat(3) as number[]
    expect(parameters).toHaveLength(gradient.length)
    gradient.forEach((g, i) => expect(Math.abs(batch.initial[i]! - parameters[i]! - g)).toBeLessThan(1e-13))
  })

  it('refuses networks whose tiles would hold the event loop, and batches that would fill the memory', () => {
    const engine = createReferenceEngine()
    const batch = trainingCase(golden.cases[0])
    expect(engine.supports(batch)).toBe(true)
    const wide = { ...batch.shape, sizes: [1, 400, 400, 1] }
    expect(engine.supports({ ...batch, shape: wide })).toContain('100000 parameters, not 161601')
    const points = { ...batch.points, count: 1_000_000 }
    const normalized = { ...batch.shape, sizes: [1, 5, 1], normalization: 'batch' } as const
    expect(engine.supports({ ...batch, points, shape: normalized })).toContain('not 5000000')
    expect(engine.supports({ ...batch, points, shape: { ...normalized, normalization: 'layer' } })).toBe(true)
  })

  it('rejects what it does not support', async () => {
    const batch = trainingCase(golden.cases[0])
    const shape = { ...batch.shape, sizes: [1, 400, 400, 1] }
    await expect(createReferenceEngine().train({ ...batch, shape }, never)).rejects.toThrow('unsupported batch')
  })

  it('stops what it trains when it is closed', async () => {
    const engine = createReferenceEngine()
    const batch = trainingCase({ ...golden.cases[0], steps: 1_000_000 })
    const training = engine.train({ ...batch, trace: false }, never)
    await engine.close()
    await expect(training).rejects.toThrow('the reference engine was closed')
  })
})
