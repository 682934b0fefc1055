import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { NormalizationKind, Numerics } from '@collapsar/trial'
import { parameterCount } from '@collapsar/trial'
import { describe, expect, it } from 'vitest'

import { createCpuEngine } from './cpu-engine.ts'
import { exampleBatch } from './example-batch.ts'
import { availableBytes, fitsMemory, trainingBytes, workspaceVectors } from './memory.ts'
import { cpuEngineStatus } from './status.ts'

const ACTIVATIONS = ['relu', 'leaky-relu', 'elu', 'gelu', 'tanh', 'selu'] as const
const NORMALIZATIONS = [undefined, 'batch', 'layer'] as const
const NUMERICS: readonly Numerics[] = ['ieee-f32/1', 'ieee-f64/1', 'f16/1', 'bf16/1']

interface Shape {
  readonly numerics: Numerics
  readonly activation: (typeof ACTIVATIONS)[number]
  readonly normalization: NormalizationKind | undefined
  readonly width: number
  readonly depth: number
  readonly points: number
  readonly batch: 'full' | number
  readonly steps: number
}

function batchOf({ activation, normalization, width, depth, batch, steps, numerics, points }: Shape) {
  const kind = activation === 'leaky-relu' ? { kind: activation, leak: 0.01 } : { kind: activation }
  const training = { optimizer: { kind: 'adam', learningRate: 0.01 }, batch, steps } as const
  const example = exampleBatch({ numerics, width, depth, points, activation: kind, training, trials: 0, inputDim: 2, outputDim: 3 })
  return { ...example, shape: { ...example.shape, ...(normalization === undefined ? {} : { normalization }) } }
}

/** Bytes asked of the allocator by one thread on AVX2 and by the job, as native-checks/asked-memory.cc counts them. */
function asked(shape: Shape, trials: number): [thread: number, job: number] {
  const { numerics, activation, normalization, width, depth, points, batch, steps } = shape
  const kinds = [NUMERICS.indexOf(numerics), 2, width, depth - 1, 3, ACTIVATIONS.indexOf(activation)]
  const sizes = [NORMALIZATIONS.indexOf(normalization), points, batch === 'full' ? 0 : batch, steps, trials]
  const script = fileURLToPath(new URL('../native-checks/check.mjs', import.meta.url))
  const { stdout, stderr } = spawnSync(process.execPath, [script, 'memory', ...[...kinds, ...sizes].map(String)], { encoding: 'utf8' })
  const [thread, job] = stdout.split(' ').map(Number)
  if (thread === undefined || job === undefined) throw new Error(stderr)
  return [thread, job]
}

const SHAPES: readonly Shape[] = [
  { numerics: 'ieee-f32/1', activation: 'relu', normalization: undefined, width: 2, depth: 10, points: 128, batch: 'full', steps: 3000 },
  { numerics: 'ieee-f64/1', activation: 'relu', normalization: undefined, width: 8, depth: 21, points: 1024, batch: 32, steps: 0 },
  { numerics: 'f16/1', activation: 'gelu', normalization: undefined, width: 7, depth: 3, points: 9, batch: 'full', steps: 60_000 },
  { numerics: 'bf16/1', activation: 'tanh', normalization: 'layer', width: 33, depth: 5, points: 70, batch: 7, steps: 10 },
  { numerics: 'ieee-f32/1', activation: 'relu', normalization: 'batch', width: 8, depth: 5, points: 70, batch: 'full', steps: 10 },
  { numerics: 'ieee-f64/1', activation: 'gelu', normalization: 'batch', width: 3, depth: 2, points: 70, batch: 999, steps: 10 },
  { numerics: 'ieee-f32/1', activation: 'selu', normalization: undefined, width: 256, depth: 200, points: 10, batch: 'full', steps: 10 },
]

describe.runIf(process.arch === 'x64')('the memory of a training, against what is asked of the allocator', () => {
  it.each(SHAPES)('$numerics, $activation, normalization $normalization, width $width', (shape) => {
    const batch = batchOf(shape)
    const [thread, job] = asked(shape, 1000)
    const word = shape.numerics === 'ieee-f64/1' ? 8 : 4
    // 64 bytes to align them
    expect(thread).toBe(workspaceVectors(batch) * 32 + 64)
    const place = { instructionSet: 'avx2', trials: 1000 } as const
    const [one, two] = [1, 2].map((threads) => trainingBytes(batch, { ...place, threads })) as [number, number]
    expect(two - one).toBe(workspaceVectors(batch) * 32)
    // 33 bytes of columns, 8 of the index, and 16 for each of three outputs; beside it stays the stated allowance of 2 MiB
    const results = 1000 * (word * parameterCount(batch.shape) + 33 + 8 + 3 * 16)
    expect(one - thread - results).toBeGreaterThan(job)
    expect(one - thread - results).toBeLessThan(job + 3 * 2 ** 20)
  })
})

describe('a batch that memory cannot hold', () => {
  const wide = batchOf({ ...SHAPES[4]!, width: 256, depth: 200, points: 1 })
  // batch normalization keeps the activations of every point, 16 million of them, for each of 50,944 units
  const huge = { ...wide, points: { ...wide.points, count: 2 ** 24 } }
  const status = cpuEngineStatus()

  it('is refused by supports and by train, with the bytes needed and those there are', async () => {
    const engine = createCpuEngine()
    const instructionSet = status.available ? status.instructionSet : 'scalar'
    const needed = trainingBytes(huge, { instructionSet, threads: 1, trials: 1 })
    expect(engine.supports(huge)).toBe(
      `training needs ${needed} bytes on one thread of the CPU engine, of ${availableBytes()} that there are`,
    )
    await expect(engine.train(huge, new AbortController().signal)).rejects.toThrow('unsupported batch: training needs')
  })

  it('is one that needs a byte more than there is', () => {
    const place = { instructionSet: 'avx2', threads: 2, trials: 3 } as const
    const bytes = trainingBytes(wide, place)
    expect(fitsMemory(wide, place, bytes)).toBe(true)
    expect(fitsMemory(wide, place, bytes - 1)).toContain(`needs ${bytes} bytes on 2 threads`)
  })
})
