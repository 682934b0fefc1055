import { BLOCK_TRIALS, encodeColumns, encodeMeasurement } from '@collapsar/sweep'
import type { EncodedMeasurement, SetVersion } from '@collapsar/sweep'
import { joinedColumns, measurementSets, trialColumns } from '@collapsar/trial'
import { takeTrials } from './measured.ts'
import type { EncodedTrials, MeasuredBlocks, MeasuredSet, MeasuredTrials, TrainedTrials } from './measured.ts'

/** The base records of a batch, and what its sets measure. */
export function measureTrials(trials: TrainedTrials): MeasuredTrials {
  const { spec, batch, trained, sets } = trials
  return { records: trialColumns(batch, trained, spec.problem.domain), sets: sets.map((set) => measureSet(set, trials)) }
}

/** A set sees the states at the steps that it observes itself, not those of other sets. */
function measureSet(set: SetVersion, { spec, batch, trained, observed }: TrainedTrials): MeasuredSet {
  const { measure, observes } = measurementSets[set.name]
  const states = observes(spec).map((steps) => observed.find((state) => state.steps === steps)?.trained ?? trained)
  return { set, values: measure({ spec, batch, trained, observed: states }) }
}

/** Blocks of one part: unpacking it takes the event loop of its receiver a millisecond or two. */
const PART_BLOCKS = 50

/** Packs whole blocks, in parts. */
export function* encodeTrials(measured: MeasuredBlocks): Generator<EncodedTrials> {
  const { batches, firstBlock } = measured
  const records = joinedColumns(batches.map((batch) => batch.records))
  const blocks = records.outcome.length / BLOCK_TRIALS
  for (let first = 0; first < blocks; first += PART_BLOCKS) {
    const places = Array.from({ length: Math.min(PART_BLOCKS, blocks - first) }, (_, i) => first + i)
    yield {
      blocks: places.map((place) => encodeColumns(firstBlock + place, records, place * BLOCK_TRIALS)),
      measurements: places.flatMap((place) => encodeSets(measured, place)),
    }
  }
}

/** What the sets say of the block at this place of the batches. */
function encodeSets({ spec, firstBlock, batches }: MeasuredBlocks, place: number): EncodedMeasurement[] {
  return (batches[0]?.sets ?? []).map(({ set }, i) => {
    const values = measurementSets[set.name].columns(spec).map(({ size }, column) => {
      const parts = batches.flatMap((batch) => batch.sets[i]?.values[column] ?? [])
      return takeTrials(parts, place * BLOCK_TRIALS, { trials: BLOCK_TRIALS, size })
    })
    return encodeMeasurement(spec, { index: firstBlock + place, set, values })
  })
}
