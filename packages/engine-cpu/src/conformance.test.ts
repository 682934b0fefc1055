import { readFileSync } from 'node:fs'
import { conformanceChecks, createReferenceEngine } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { rememberingEngine } from '../../../test/support/remembering-engine.ts'

import { createCpuEngine } from './cpu-engine.ts'
import { cpuEngineStatus } from './status.ts'

// PyTorch traces; test/golden/README.md says how they were made.
const golden = ['training-float64.json', 'normalized-training-float64.json'].map(
  (file) => JSON.parse(readFileSync(new URL(`../../../test/golden/${file}`, import.meta.url), 'utf8')) as { cases: unknown[] },
)
const traces = { cases: golden.flatMap(({ cases }) => cases) }

const status = cpuEngineStatus()
const sets = status.available ? status.instructionSets : []

// One for all instruction sets: each is compared with it in the same batches.
const referenceEngine = rememberingEngine(createReferenceEngine())

describe.each(sets)('the CPU engine with %s keeps the promises of an engine', (instructionSet) => {
  const engine = createCpuEngine({ instructionSet, threads: 2 })
  it.each(conformanceChecks(engine, { referenceEngine, traces }))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
