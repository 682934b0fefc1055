import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createReferenceEngine } from './reference-engine.ts'
import { trainingCase } from './traces/index.ts'

/** PyTorch 1.13, float64; see test/golden/README.md. */
interface GoldenCase {
  readonly name: string
  readonly lossTrace: readonly number[]
  readonly final: readonly unknown[]
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/training-float64.json', import.meta.url), 'utf8'),
) as { cases: GoldenCase[] }

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
})
