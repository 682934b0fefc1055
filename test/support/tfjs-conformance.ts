import { readFileSync } from 'node:fs'
import type { Engine, TrialBatch } from '@collapsar/trial'
import { conformanceChecks, createReferenceEngine, trainingCase } from '@collapsar/trial'
import { afterAll, describe, expect, it } from 'vitest'
import { createTfjsEngine } from '../../packages/engine-tfjs/src/index.ts'

/** `TFJS_CONFORMANCE=long` runs every check and trace on both backends, two minutes of processor time; otherwise each backend gets some. */
const LONG = process.env['TFJS_CONFORMANCE'] === 'long'
const SOME: Readonly<Record<'wasm' | 'cpu', RegExp>> = {
  wasm: /agrees|alone .*width 9, no|born dead|certifies a death|canonical|earlier loss|no steps|event loop|abort|two batches/,
  cpu: /agrees .*(relu, no|gelu, layer)|canonical/,
}

// PyTorch traces; test/golden/README.md says how they were made.
const golden = ['training-float64.json', 'normalized-training-float64.json'].flatMap(
  (file) => (JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8')) as { cases: { name: string; lossTrace: number[] }[] }).cases,
)

/** Relative: rounding of binary32, some 1e-7, amplified over 15 to 40 steps. */
const TRACE_TOLERANCE = 2e-4

/** Declares the tests of one backend: a process has one backend at a time, so that each has its own test file. */
export async function conformanceTests(backend: 'wasm' | 'cpu'): Promise<void> {
  const engine = await createTfjsEngine({ backend })
  const checks = conformanceChecks(engine, { referenceEngine: createReferenceEngine(), traces: { cases: [] } })
  describe(`TensorFlow.js on ${backend} keeps the promises of an engine`, () => {
    afterAll(() => engine.close())

    it.each(checks.filter(({ name }) => LONG || SOME[backend].test(name)))('$name', async ({ run }) => {
      await expect(run()).resolves.toBeUndefined()
    })

    it.each(golden.filter(({ name }) => LONG || backend === 'wasm' || name === 'gelu-batch-huber'))('follows the PyTorch trace $name', async (document) => {
      const losses = await lossesOf(engine, trainingCase(document))
      expect(losses).toHaveLength(document.lossTrace.length)
      document.lossTrace.forEach((expected, step) => {
        expect(Math.abs((losses[step] ?? Number.NaN) - expected), `step ${step}`).toBeLessThan(TRACE_TOLERANCE * expected)
      })
    })
  })
}

async function lossesOf(engine: Engine, batch: TrialBatch): Promise<Float64Array> {
  const rounded = { ...batch, numerics: 'tfjs-f32/1' as const, initial: Float32Array.from(batch.initial) }
  const { lossTrace } = await engine.train(rounded, new AbortController().signal)
  return lossTrace ?? new Float64Array(0)
}
