import type { TrainedBatch, TrialBatch } from '../batch.ts'
import { END } from '../batch.ts'
import type { Outcome, TrialRecord } from '../record.ts'
import { COLLAPSED } from '../record.ts'
import { storedIn } from '../stored.ts'
import { parametersChecksum } from './checksum.ts'
import { foldBatchNormalization, foldedShape } from './fold-normalization.ts'
import type { OutcomeFacts, OutcomeSetting } from './outcome.ts'
import { outcomeOf } from './outcome.ts'
import { isPiecewiseAffine, lineMeasurer } from './pieces.ts'
import type { RecordColumns } from './record-columns.ts'
import { allocateColumns, putRecord } from './record-columns.ts'
import { targetScale } from './target-scale.ts'

/** Updates between two checks (NUMERICS.md, 6). */
const CHECK_STEPS = 32

type Domain = readonly [number, number]

/** A batch for its measurements: how it was initialized no longer counts. */
export type MeasuredBatch = Omit<TrialBatch, 'initial'>

interface Recording {
  readonly batch: MeasuredBatch
  readonly trained: TrainedBatch
  readonly setting: OutcomeSetting
  /** Affine pieces of the network in a lane; null where they are not defined. */
  readonly piecesOf: ((lane: number) => number) | null
}

/**
 * The base records of all trials of a batch, in its order.
 * @param domain where pieces are counted; that of the problem
 * @throws RangeError where the targets are constant
 */
export function trialRecords(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain): TrialRecord[] {
  const recording = record(batch, trained, domain)
  return Array.from(batch.trials, (_, lane) => laneRecord(recording, lane))
}

/**
 * The same as columns, [trial]: what is cheap to keep, and to hand to another thread.
 * @throws RangeError where the targets are constant
 */
export function trialColumns(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain): RecordColumns {
  const recording = record(batch, trained, domain)
  const columns = allocateColumns(batch.trials.length)
  for (let lane = 0; lane < batch.trials.length; lane++) putRecord(columns, lane, laneRecord(recording, lane))
  return columns
}

/** The outcomes alone, [trial]. @throws RangeError where the targets are constant */
export function trialOutcomes(batch: MeasuredBatch, trained: TrainedBatch): Outcome[] {
  const setting = settingOf(batch)
  return Array.from(batch.trials, (_, lane) => outcomeOf(factsOf(batch, trained, lane), setting))
}

/** The base record of the trial in one lane of a batch. */
export function trialRecord(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain, lane: number): TrialRecord {
  return laneRecord(record(batch, trained, domain), lane)
}

function record(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain): Recording {
  const { points, shape } = batch
  const setting = settingOf(batch)
  const hasPieces = points.inputDim === 1 && isPiecewiseAffine(shape)
  return { batch, trained, setting, piecesOf: hasPieces ? piecesIn(batch, trained, domain) : null }
}

function settingOf({ points, training }: MeasuredBatch): OutcomeSetting {
  return { loss: training.loss, steps: training.steps, points: points.count, scale: targetScale(points, training) }
}

/** A normalized network is measured with the statistics of the training points, as they are stored. */
function piecesIn(batch: MeasuredBatch, { parameters }: TrainedBatch, domain: Domain): (lane: number) => number {
  const { numerics, points, shape } = batch
  const measurer = lineMeasurer(foldedShape(shape))
  const count = parameters.length / batch.trials.length
  if (shape.normalization === undefined) return (lane) => measurer.piecesOnDomain(parameters, lane * count, domain)
  const inputs = points.inputs.map(storedIn(numerics))
  return (lane) => measurer.piecesOnDomain(foldBatchNormalization(shape, parameters, lane * count, inputs), 0, domain)
}

function laneRecord({ batch, trained, setting, piecesOf }: Recording, lane: number): TrialRecord {
  const facts = factsOf(batch, trained, lane)
  const outcome = outcomeOf(facts, setting)
  const isLost = outcome === 'diverged' || facts.end === END.diverged
  const count = trained.parameters.length / batch.trials.length
  return {
    outcome,
    deadLayer: facts.deadLayer,
    deathCheck: facts.firstDeadStep / CHECK_STEPS,
    loss: isLost ? Number.NaN : Math.fround(facts.loss),
    value: isLost ? Number.NaN : Math.fround(valueOf(trained, lane, outcome, facts.outputRange)),
    pieces: isLost ? 0 : (piecesOf?.(lane) ?? 0),
    checksum: parametersChecksum(trained.parameters, lane * count, count),
  }
}

function factsOf(batch: MeasuredBatch, trained: TrainedBatch, lane: number): OutcomeFacts {
  return {
    end: trained.end[lane] ?? END.diverged,
    initialDeadLayer: trained.initialDeadLayer[lane] ?? 0,
    deadLayer: trained.deadLayer[lane] ?? 0,
    firstDeadStep: trained.firstDeadStep[lane] ?? 0,
    loss: trained.loss[lane] ?? Number.NaN,
    earlierLoss: trained.earlierLoss[lane] ?? Number.NaN,
    outputRange: outputRange(trained, lane, batch.points.outputDim),
    deadPoints: trained.deadPoints[lane] ?? 0,
  }
}

/** The largest over the outputs; NaN if one is. */
function outputRange({ outputMin, outputMax }: TrainedBatch, lane: number, outputs: number): number {
  let range = Number.NEGATIVE_INFINITY
  for (let i = lane * outputs; i < (lane + 1) * outputs; i++) {
    range = Math.max(range, (outputMax[i] ?? Number.NaN) - (outputMin[i] ?? Number.NaN))
  }
  return range
}

/** The constant of a collapsed network: the middle of its first output's range, which for a dead one is a point. */
function valueOf({ outputMin, outputMax, loss }: TrainedBatch, lane: number, outcome: Outcome, range: number): number {
  if (!COLLAPSED.includes(outcome)) return range
  const first = lane * (outputMin.length / loss.length)
  const low = outputMin[first] ?? Number.NaN
  return low + ((outputMax[first] ?? Number.NaN) - low) / 2
}
