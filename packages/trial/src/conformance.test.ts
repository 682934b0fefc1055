import { readFileSync } from 'node:fs'
// By its name, as other engines' tests do: the build trains twice as fast as what vitest makes of the sources.
import { conformanceChecks, createReferenceEngine } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'

const golden = ['training-float64.json', 'normalized-training-float64.json'].map(
  (name) => JSON.parse(readFileSync(new URL(`../../../test/golden/${name}`, import.meta.url), 'utf8')) as { cases: unknown[] },
)
const traces = { cases: golden.flatMap(({ cases }) => cases) }

describe('the reference engine keeps the promises of an engine', () => {
  const referenceEngine = createReferenceEngine()
  // It is one code with another rounding for each numerics: here in the one that the traces have. The other engines are compared
  // with it in every one.
  const engine = { ...referenceEngine, numerics: ['ieee-f64/1'] as const }
  it.each(conformanceChecks(engine, { referenceEngine, traces }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
