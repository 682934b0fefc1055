import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { conformanceChecks } from './conformance.ts'
import { createReferenceEngine } from './reference-engine.ts'

const golden = ['training-float64.json', 'normalized-training-float64.json'].map(
  (name) => JSON.parse(readFileSync(new URL(`../../../test/golden/${name}`, import.meta.url), 'utf8')) as { cases: unknown[] },
)
const traces = { cases: golden.flatMap(({ cases }) => cases) }

describe('the reference engine keeps the promises of an engine', () => {
  const referenceEngine = createReferenceEngine()
  it.each(conformanceChecks(referenceEngine, { referenceEngine, traces }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
