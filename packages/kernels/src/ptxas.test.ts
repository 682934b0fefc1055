import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PORTABLE_NUMERICS, trialBatch } from '@collapsar/trial'
import { afterAll, describe, expect, it } from 'vitest'
import { exampleSpec } from '../../trial/src/example-spec.ts'
import { printPtx } from './print-ptx.ts'
import { trainInBlocks } from './train-in-blocks.ts'
import { trainInRegisters } from './train-in-registers.ts'
import { trainInWorkgroups } from './train-in-workgroups.ts'
import type { TrainingKernel } from './training-kernel.ts'
import { kernelSpecOf } from './training-kernel.ts'

/*
 * NVIDIA's assembler reads what we print. It is in no free archive, and the driver, which needs none of it, has its own: where there is no `ptxas` on
 * the PATH, and PTXAS names none, these tests are skipped, also with COLLAPSAR_TEST_REQUIRE_ALL=1.
 */
const ptxas = findPtxas()
if (ptxas === null) console.warn('Tests on ptxas are skipped: it is neither on the PATH nor named by PTXAS (it comes with the CUDA toolkit).')

const folder = mkdtempSync(join(tmpdir(), 'collapsar-ptxas-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Ampere and Hopper: the oldest that is supported, and one of the present. */
const ARCHITECTURES = [80, 90] as const

/** Of a processor of the H200, in part. */
const LIMITS = { sharedBytes: 227 << 10, workgroupThreads: 1024 }

const KERNELS: readonly { readonly name: string; readonly kernel: TrainingKernel }[] = PORTABLE_NUMERICS.flatMap((numerics) => {
  const specOf = (changes: Parameters<typeof exampleSpec>[0]) => kernelSpecOf(trialBatch(exampleSpec({ numerics, ...changes }), []))
  const noise = { kind: 'relative', level: 0.5, parameters: 'biases' } as const
  const workgroups = { threads: 64, limits: { sharedBytes: 48 << 10 } }
  return [
    { name: `registers, ${numerics}, minibatch and noise`, kernel: trainInRegisters(specOf({ training: { batch: 20, noise } }), { threads: 64 }) },
    { name: `blocks, ${numerics}, minibatch and gelu`, kernel: trainInBlocks(specOf({ width: 7, network: { activation: { kind: 'gelu' } }, training: { batch: 20 } }), { limits: LIMITS }) },
    { name: `workgroups, ${numerics}, tanh and batch normalization`, kernel: trainInWorkgroups(specOf({ width: 8, network: { activation: { kind: 'tanh' }, normalization: 'batch' } }), workgroups) },
  ]
})

describe.skipIf(ptxas === null).each(ARCHITECTURES)('ptxas for sm_%i', (architecture) => {
  // All of them for one architecture: the text is the same.
  it.each(KERNELS.filter(({ name }) => architecture === 80 || name.includes('ieee-f32')))('assembles $name', ({ kernel }) => {
    expect(assembled(kernel, architecture)).toMatch(/Used \d+ registers/)
  })

  // Deep and narrow ones have the most parameters of those that a thread is given.
  it.each([
    { numerics: 'ieee-f32/1', depth: 10 },
    { numerics: 'ieee-f32/1', depth: 15 },
    { numerics: 'ieee-f64/1', depth: 8 },
  ] as const)('keeps a network of depth $depth and width 2 in registers, $numerics', ({ depth, numerics }) => {
    const spec = kernelSpecOf(trialBatch(exampleSpec({ numerics, depth }), []))
    expect(assembled(trainInRegisters(spec, { threads: 64 }), architecture)).toContain('0 bytes spill stores, 0 bytes spill loads')
  })

  it.each([
    { depth: 21, width: 8 },
    { depth: 10, width: 32 },
    { depth: 4, width: 64 },
  ])('keeps the sums of a network of depth $depth and width $width in registers, in blocks', ({ depth, width }) => {
    const spec = kernelSpecOf(trialBatch(exampleSpec({ depth, width }), []))
    expect(assembled(trainInBlocks(spec, { limits: LIMITS }), architecture)).toContain('0 bytes spill stores, 0 bytes spill loads')
  })
})

/** What the assembler says. @throws what it complains of */
function assembled({ kernel }: TrainingKernel, architecture: number): string {
  const source = join(folder, 'kernel.ptx')
  writeFileSync(source, printPtx(kernel))
  // It reports on stderr, and 2>&1 is the shell's.
  const command = [ptxas ?? '', '--verbose', '--warning-as-error', `--gpu-name=sm_${architecture}`, '--output-file', join(folder, 'kernel.cubin'), source]
  return execFileSync('/bin/sh', ['-c', '"$@" 2>&1', 'sh', ...command], { encoding: 'utf8', timeout: 100_000 })
}

function findPtxas(): string | null {
  const path = process.env['PTXAS'] ?? 'ptxas'
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' })
    return path
  } catch {
    return null
  }
}
