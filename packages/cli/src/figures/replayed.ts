import { CollapsarError, prefixSpec } from '@collapsar/sweep'
import type { CellTrials } from '@collapsar/sweep'
import { engineBatch, trialColumns } from '@collapsar/trial'
import type { MeasuredBatch, TrainedBatch, TrialSpec } from '@collapsar/trial'
import type { Invocation } from '../command.ts'
import { engineFor } from '../engine-choice.ts'
import { refusal } from './figure-request.ts'

/** Trials of a cell, trained again. */
export interface Replayed {
  readonly batch: MeasuredBatch
  /** After each number of steps asked for, [moment]. */
  readonly moments: readonly TrainedBatch[]
  /** At the end: the trials that were recorded. */
  readonly trained: TrainedBatch
}

interface Replay {
  readonly spec: TrialSpec
  /** Of the cell. */
  readonly records: CellTrials
  /** Which of the records are replayed. */
  readonly places: readonly number[]
  /** Numbers of steps on the way, each trained from the start. */
  readonly steps: readonly number[]
}

/**
 * Trains trials again, up to each number of steps and to the end.
 * @throws CollapsarError `damaged` when one ends with other parameters than were recorded
 */
export async function replayed({ configuration, options, signal }: Invocation, { spec, records, places, steps }: Replay): Promise<Replayed> {
  const trials = places.map((place) => records.trials[place] ?? Number.NaN)
  const engine = await engineFor(spec, options, configuration)
  try {
    const trainFor = async (count: number) => {
      const batch = await engineBatch(prefixSpec(spec, count), trials, { signal })
      return { batch, trained: await engine.train(batch, signal) }
    }
    const moments: TrainedBatch[] = []
    for (const count of steps) moments.push((await trainFor(count)).trained)
    const { batch, trained } = await trainFor(spec.training.steps)
    const { checksum } = trialColumns(batch, trained, spec.problem.domain)
    const differs = places.findIndex((place, lane) => records.columns.checksum[place] !== checksum[lane])
    if (differs !== -1) throw differentEnd(trials[differs] ?? Number.NaN)
    return { batch, moments, trained }
  } finally {
    await engine.close()
  }
}

function differentEnd(trial: number): CollapsarError {
  return new CollapsarError('damaged', `Trial ${trial} ends with other parameters than were recorded, so no figure is drawn of it; see: collapsar verify`)
}

/**
 * Places of the trial that is asked for, or of the first ones, at most so many.
 * @throws CollapsarError `usage` for a trial that the sweep does not count
 */
export function chosenPlaces({ trials }: CellTrials, trial: number | null, most = Infinity): number[] {
  const last = trials.at(-1)
  if (last === undefined) throw refusal('no trial of this cell is counted yet')
  if (trial === null) return Array.from(trials.subarray(0, Math.min(most, trials.length)), (_, place) => place)
  const place = trials.indexOf(trial)
  if (place === -1) throw refusal(`--trial is ${trial}; accepted: a trial that this sweep counts, from 0 to ${last}`)
  return [place]
}
