import { createCpuEngine } from '@collapsar/engine-cpu'
import { createReferenceEngine, isLaw, lawBatch, NUMERICS } from '@collapsar/trial'
import type { Engine } from '@collapsar/trial'
import { afterAll, expect, it } from 'vitest'
import { exampleSpec } from '../../../packages/trial/src/example-spec.ts'
import { drawnBy } from './drawing-engine.ts'

const drawer = createCpuEngine({ threads: 2 })
const reference = createReferenceEngine()
const never = new AbortController().signal
afterAll(() => drawer.close())

it.each(NUMERICS)('gives an engine of %s the initial parameters that it would draw itself', async (numerics) => {
  let laws = 0
  const engine: Engine = {
    ...reference,
    train: (batch, signal) => {
      laws += isLaw(batch.initial) ? 1 : 0
      return reference.train(batch, signal)
    },
  }
  const training = { steps: 9, stopWhenConverged: true } as const
  const batch = lawBatch(exampleSpec({ numerics, depth: 4, width: 3, network: { bias: { kind: 'normal', std: 0.1 } }, training }), [0, 5, 2 ** 40])
  expect(await drawnBy(drawer, engine).train(batch, never)).toEqual(await reference.train(batch, never))
  expect(laws).toBe(0)
})
