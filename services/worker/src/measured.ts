import type { EncodedBlock, EncodedMeasurement, SetVersion } from '@collapsar/sweep'
import type { ColumnArray, MeasuredBatch, RecordColumns, TrainedBatch, TrialSpec } from '@collapsar/trial'

/** A trained batch, and what is to be measured of it beside the base records. */
export interface TrainedTrials {
  readonly spec: TrialSpec
  readonly batch: MeasuredBatch
  readonly trained: TrainedBatch
  readonly sets: readonly SetVersion[]
  /** Every state that one of the sets observes before the last step. */
  readonly observed: readonly ObservedState[]
}

/** The same trials as they were after so many steps, or where they had ended before. */
export interface ObservedState {
  readonly steps: number
  readonly trained: TrainedBatch
}

/** What a batch says: its base records, and what the sets that were asked for measured, in their order. */
export interface MeasuredTrials {
  readonly records: RecordColumns
  readonly sets: readonly MeasuredSet[]
}

export interface MeasuredSet {
  readonly set: SetVersion
  /** [column][trial][number of the column] */
  readonly values: readonly ColumnArray[]
}

/** Consecutive batches that make up whole blocks, measured for the same sets. */
export interface MeasuredBlocks {
  readonly spec: TrialSpec
  readonly firstBlock: number
  readonly batches: readonly MeasuredTrials[]
}

/** Blocks as they are recorded, and what the sets say of them. */
export interface EncodedTrials {
  readonly blocks: readonly EncodedBlock[]
  readonly measurements: readonly EncodedMeasurement[]
}

/** The same trials in so many parts of nearly one size, none of them empty, in their order. */
export function partsOf(trials: TrainedTrials, parts: number): readonly TrainedTrials[] {
  const count = trials.batch.trials.length
  const most = Math.min(parts, count)
  if (most <= 1) return [trials]
  return Array.from({ length: most }, (_, part) => {
    const rows = [part, part + 1].map((edge) => Math.floor((edge * count) / most)) as [number, number]
    return {
      ...trials,
      batch: { ...trials.batch, trials: trials.batch.trials.slice(...rows) },
      trained: lanesOf(trials.trained, rows),
      observed: trials.observed.map((state) => ({ ...state, trained: lanesOf(state.trained, rows) })),
    }
  })
}

function lanesOf(trained: TrainedBatch, [first, end]: readonly [number, number]): TrainedBatch {
  const lanes = trained.end.length
  const cut = Object.entries(trained).map(([field, values]: [string, ColumnArray | null]) => {
    const size = (values?.length ?? 0) / lanes
    return [field, values?.slice(first * size, end * size) ?? null] as const
  })
  return Object.fromEntries(cut) as unknown as TrainedBatch
}

/** So many trials from `first` on of consecutive batches, as one array: [trial][number]. */
export function takeTrials(batches: readonly ColumnArray[], first: number, { trials, size }: { trials: number; size: number }): ColumnArray {
  const [like] = batches
  if (like === undefined) throw new RangeError('invalid batches: none; expected at least one')
  const taken = new (like.constructor as new (length: number) => ColumnArray)(trials * size)
  let start = 0
  for (const batch of batches) {
    const from = Math.max(first * size, start)
    const to = Math.min((first + trials) * size, start + batch.length)
    if (to > from) taken.set(batch.subarray(from - start, to - start), from - first * size)
    start += batch.length
  }
  return taken
}

/** The buffers of what was measured, to be handed to another thread instead of copied. */
export function measuredBuffers({ records, sets }: MeasuredTrials): ArrayBuffer[] {
  return buffersOf([...Object.values(records), ...sets.flatMap(({ values }) => values)])
}

/** Each buffer once: arrays may share one, and a set may hand on what it was given. */
export function buffersOf(arrays: readonly (ArrayBufferView | null)[]): ArrayBuffer[] {
  return [...new Set(arrays.flatMap((array) => (array?.buffer instanceof ArrayBuffer ? [array.buffer] : [])))]
}
