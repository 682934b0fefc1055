import { readFileSync } from 'node:fs'
import { conformanceChecks, createReferenceEngine } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'
import { createPtxDevice } from '../../../test/support/ptx-device.ts'
import { createDeviceEngine } from './device-engine.ts'

// PyTorch traces; test/golden/README.md says how they were made.
const traces = JSON.parse(readFileSync(new URL('../../../test/golden/training-float64.json', import.meta.url), 'utf8')) as unknown

/** The machine works in the thread of the test: that it holds the event loop is no fault of the kernels. */
const OF_THE_HOST = /event loop|abort|progress|two batches/

const SHAPES = (['registers', 'workgroups'] as const).flatMap((kernelShape) =>
  (['ieee-f32/1', 'ieee-f64/1'] as const).map((numerics) => [kernelShape, numerics] as const),
)

describe.each(SHAPES)('training in %s, read as PTX, in %s', (kernelShape, numerics) => {
  const referenceEngine = createReferenceEngine()
  const engine = createDeviceEngine(createPtxDevice(), { id: 'ptx', version: '1', numerics: [numerics], kernelShape })
  const checks = conformanceChecks(engine, { referenceEngine, traces }).filter(({ name }) => !OF_THE_HOST.test(name))
  it.each(checks.map((check) => [check.name, check] as const))('%s', async (_name, { run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
