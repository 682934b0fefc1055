import { trialBatch } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import { printWgsl } from './print-wgsl.ts'
import { trainInRegisters } from './train-in-registers.ts'
import { kernelSpecOf } from './training-kernel.ts'

it.each([
  ['ieee-f64/1', 'WGSL has no f64'],
  ['f16/1', 'WGSL stores no f16 to the bit'],
  ['bf16/1', 'WGSL stores no bf16 to the bit'],
] as const)('WGSL refuses a kernel in %s', (numerics, reason) => {
  const { kernel } = trainInRegisters(kernelSpecOf(trialBatch(exampleSpec({ numerics }), [])), { threads: 64 })
  expect(() => printWgsl(kernel)).toThrow(new RangeError(reason))
})
