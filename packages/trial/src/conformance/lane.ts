import type { TrainedBatch, TrialBatch } from '../batch.ts'
import { allocateParameters } from '../network.ts'
import { storedIn } from '../stored.ts'

/** All facts about one trained trial, field by field, as plain numbers: what `deepStrictEqual` compares to the bit. */
export type Lane = Readonly<Record<string, readonly number[]>>

/** The facts about the trial in lane `lane` of a trained batch. */
export function laneOf(trained: TrainedBatch, lane: number): Lane {
  const lanes = trained.end.length
  const fields = Object.entries(trained).map(([field, values]: [string, ArrayLike<number> | null]) => {
    const size = (values?.length ?? 0) / lanes
    return [field, Array.from(values ?? []).slice(lane * size, (lane + 1) * size)] as const
  })
  return Object.fromEntries(fields)
}

/** The same trials as those in `lanes` of a batch, in that order. */
export function selectLanes(batch: TrialBatch, lanes: readonly number[]): TrialBatch {
  const size = batch.initial.length / batch.trials.length
  const initial = allocateParameters(batch.numerics, lanes.length * size)
  lanes.forEach((lane, i) => initial.set(batch.initial.subarray(lane * size, (lane + 1) * size), i * size))
  return { ...batch, initial, trials: Float64Array.from(lanes, (lane) => batch.trials[lane] ?? 0) }
}

/** The batch with other initial parameters, [trial][parameter], as its numerics stores them. */
export function withInitial(batch: TrialBatch, parameters: Iterable<number>): TrialBatch {
  const initial = allocateParameters(batch.numerics, batch.initial.length)
  initial.set(Array.from(parameters, storedIn(batch.numerics)))
  return { ...batch, initial }
}
