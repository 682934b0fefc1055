import type { TrainedBatch, TrialBatch } from '@collapsar/trial'
import { parameterCount } from '@collapsar/trial'
import type { DeviceLimits } from './device.ts'
import { factsOf } from './launch.ts'
import { lastEntry } from './optimizer.ts'
import { MARKS } from './training-kernel.ts'

type BatchLaw = Omit<TrialBatch, 'initial' | 'trials'>

/** Part of the device's memory that the arrays of a batch may take; the rest is for slots. */
const SHARE = 0.5
const WORD_BYTES = 4
/** Kernels count elements of an array by words. */
export const MOST_ELEMENTS = 2 ** 32

/** Bytes of a number, in the arrays of a kernel. */
export function floatBytes({ numerics }: Pick<TrialBatch, 'numerics'>): number {
  return numerics === 'ieee-f64/1' ? 8 : 4
}

/** How many trials of a batch have their arrays on a device at once; less than 1 where not one has. */
export function trialsAtOnce(batch: BatchLaw, limits: Pick<DeviceLimits, 'arrayBytes' | 'memoryBytes'>): number {
  const { points, shape, trace, training } = batch
  const bytes = floatBytes(batch)
  const floats = [parameterCount(shape), factsOf(points.outputDim), trace ? training.steps + 1 : 0]
  const inArray = Math.min(limits.arrayBytes / bytes, MOST_ELEMENTS - 1) / Math.max(...floats, MARKS)
  const constants = points.count * (points.inputDim + points.outputDim) + 2 * (lastEntry(training.steps) + 1)
  const ofTrial = bytes * floats.reduce((sum, count) => sum + count, 0) + WORD_BYTES * MARKS
  return Math.floor(Math.min(inArray, (SHARE * limits.memoryBytes - bytes * constants) / ofTrial))
}

/** The batch in parts of at most so many trials, which nothing about a trial depends on. */
export function partsOf(batch: TrialBatch, most: number): readonly TrialBatch[] {
  const { initial, trials } = batch
  if (trials.length <= most) return [batch]
  const size = initial.length / trials.length
  return Array.from({ length: Math.ceil(trials.length / most) }, (_, i) => {
    const [from, to] = [i * most, Math.min(trials.length, (i + 1) * most)]
    return { ...batch, trials: trials.subarray(from, to), initial: initial.subarray(from * size, to * size) }
  })
}

/** What came of a batch, from what came of its parts. */
export function joined(parts: readonly TrainedBatch[]): TrainedBatch {
  const [first] = parts
  if (first === undefined) throw new RangeError('a batch without parts')
  if (parts.length === 1) return first
  const fields = Object.keys(first) as (keyof TrainedBatch)[]
  return Object.fromEntries(fields.map((field) => [field, concatenated(parts.map((part) => part[field]))])) as unknown as TrainedBatch
}

type Column = NonNullable<TrainedBatch[keyof TrainedBatch]>

function concatenated(columns: readonly (Column | null)[]): Column | null {
  const arrays = columns.filter((column) => column !== null)
  const [first] = arrays
  if (first === undefined) return null
  const all = new (first.constructor as new (length: number) => Column)(arrays.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const array of arrays) {
    all.set(array, offset)
    offset += array.length
  }
  return all
}
