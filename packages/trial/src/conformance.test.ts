import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { conformanceChecks } from './conformance.ts'
import { createReferenceEngine } from './reference-engine.ts'

const traces: unknown = JSON.parse(
  readFileSync(new URL('../../../test/golden/training-float64.json', import.meta.url), 'utf8'),
)

describe('the reference engine keeps the promises of an engine', () => {
  const referenceEngine = createReferenceEngine()
  it.each(conformanceChecks(referenceEngine, { referenceEngine, traces }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
