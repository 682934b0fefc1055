import { totalmem } from 'node:os'
import type { TrialBatch } from '@collapsar/trial'
import { parameterCount } from '@collapsar/trial'

import type { InstructionSet } from './addon.ts'

/** What of a batch decides its memory. */
export type MemoryShape = Pick<TrialBatch, 'numerics' | 'shape' | 'training' | 'points' | 'trace'>

export interface TrainingPlace {
  readonly instructionSet: InstructionSet
  readonly threads: number
  /** Trials of the batch. */
  readonly trials: number
}

/** Bytes of a vector register, of which each lane trains one network. Scalar: one lane. */
const VECTOR_BYTES = { avx512: 64, avx2: 32, neon: 16, scalar: 0 } as const satisfies Record<InstructionSet, number>

/** Adam's factors no longer change after so many updates: 1 - 0.999^t is 1 in binary64. */
const LONGEST_TABLE = 37_000
/** Columns of a trial besides its parameters: 33 bytes, its index, and the range of each output. */
const TRIAL_BYTES = 33 + 8
const OUTPUT_BYTES = 16
/** Stacks, handles and what is held while tables are made. */
const OVERHEAD_BYTES = 2 ** 21

/**
 * The bytes that `train` takes at most, beside the arrays that the caller hands in: a lane group for each thread, the
 * points in the working type (once more as pairs, for a minibatch of single numbers), and the results.
 *
 * P parameters, tile T (32 samples below width 8, 16 from there on), N units, H hidden layers, d inputs, c outputs:
 * a lane group is `4 P + T N H + T (d + 2 c) + H` vectors of one working-type number per lane, and, where they are needed,
 * `T N H` each for gelu and for a normalization, `T N` where the activation is not relu or is normalized, `T H` for layer
 * normalization. Batch normalization keeps all samples: for it `T` counts all tiles of the step or of the training set,
 * but in `T N` and in `T c` for the outputs, and `N (2 H + 3)` come on top.
 */
export function trainingBytes(batch: MemoryShape, { instructionSet, threads, trials }: TrainingPlace): number {
  const { shape, points, training } = batch
  const word = batch.numerics === 'ieee-f64/1' ? 8 : 4
  const vector = Math.max(word, VECTOR_BYTES[instructionSet])
  const inPairs = training.batch !== 'full' && points.inputDim === 1 && points.outputDim === 1
  const copies = points.count * (points.inputDim + points.outputDim) * word * (inPairs ? 2 : 1)
  const tables = 2 * Math.min(Math.max(training.steps, 1), LONGEST_TABLE) * word
  const trace = batch.trace ? 8 * (training.steps + 1) : 0
  const result = parameterCount(shape) * word + TRIAL_BYTES + OUTPUT_BYTES * points.outputDim + trace
  return threads * workspaceVectors(batch) * vector + copies + tables + trials * result + OVERHEAD_BYTES
}

/** Vectors of one lane group: the twin of workspaceSize in native/workspace.h. */
export function workspaceVectors({ shape, points, training }: MemoryShape): number {
  const { sizes, activation, normalization } = shape
  const width = sizes[1] ?? 0
  const hidden = sizes.length - 2
  const tile = width < 8 ? 32 : 16
  const samples = Math.max(points.count, training.batch === 'full' ? 0 : training.batch)
  const kept = normalization === 'batch' ? Math.ceil(samples / tile) * tile : tile
  const slabs = kept * width * hidden
  const inBlocks = activation.kind === 'relu' && normalization === undefined
  return (
    4 * parameterCount(shape) +
    slabs +
    (activation.kind === 'gelu' ? slabs : 0) +
    (normalization === undefined ? 0 : slabs) +
    (normalization === 'layer' ? tile * hidden : 0) +
    (normalization === 'batch' ? width * (2 * hidden + 3) : 0) +
    (inBlocks ? 0 : tile * width) +
    tile * points.outputDim +
    kept * (points.inputDim + points.outputDim) +
    hidden
  )
}

/** Bytes that this process may use: of the machine, or of its control group where that has a limit. */
export function availableBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(totalmem(), limit) : totalmem()
}

/** `true`, or a sentence with the bytes that are needed and those that there are. */
export function fitsMemory(batch: MemoryShape, place: TrainingPlace, available: number = availableBytes()): true | string {
  const needed = trainingBytes(batch, place)
  if (needed <= available) return true
  const threads = place.threads === 1 ? 'one thread' : `${place.threads} threads`
  return `training needs ${needed} bytes on ${threads} of the CPU engine, of ${available} that there are`
}
