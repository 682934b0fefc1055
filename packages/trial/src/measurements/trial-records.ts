import type { TrainedBatch, TrialBatch } from '../batch.ts'
import { END } from '../batch.ts'
import type { Outcome, TrialRecord } from '../record.ts'
import { COLLAPSED } from '../record.ts'
import { storedIn } from '../stored.ts'
import { parametersChecksum } from './checksum.ts'
import { foldBatchNormalization, foldedShape } from './fold-normalization.ts'
import type { OutcomeFacts, OutcomeSetting } from './outcome.ts'
import { outcomeOf } from './outcome.ts'
import { CHECK_STEPS } from '../reference/train-trial.ts'
import { isPiecewiseAffine, lineMeasurer } from './pieces.ts'
import type { RecordColumns } from './record-columns.ts'
import { allocateColumns, outcomeCode, recordAt } from './record-columns.ts'
import { targetScale } from './target-scale.ts'

type Domain = readonly [number, number]

/** A batch for its measurements: how it was initialized no longer counts. */
export type MeasuredBatch = Omit<TrialBatch, 'initial'>

interface Recording {
  readonly trained: TrainedBatch
  readonly setting: OutcomeSetting
  /** Numbers of one network. */
  readonly parameters: number
  readonly outputs: number
  /** Affine pieces of the network in a lane; null where they are not defined. */
  readonly piecesOf: ((lane: number) => number) | null
}

/**
 * The base records of all trials of a batch, in its order.
 * @param domain where pieces are counted; that of the problem
 * @throws RangeError where the targets are constant
 */
export function trialRecords(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain): TrialRecord[] {
  const columns = trialColumns(batch, trained, domain)
  return Array.from(batch.trials, (_, lane) => recordAt(columns, lane))
}

/**
 * The same as columns, [trial]: what is cheap to keep, and to hand to another thread.
 * @throws RangeError where the targets are constant
 */
export function trialColumns(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain): RecordColumns {
  const recording = record(batch, trained, domain)
  const columns = allocateColumns(batch.trials.length)
  for (let lane = 0; lane < batch.trials.length; lane++) putLane(columns, lane, recording, lane)
  return columns
}

/** The outcomes alone, [trial]. @throws RangeError where the targets are constant */
export function trialOutcomes(batch: MeasuredBatch, trained: TrainedBatch): Outcome[] {
  const setting = settingOf(batch)
  return Array.from(batch.trials, (_, lane) => outcomeOf(factsOf(trained, lane, batch.points.outputDim), setting))
}

/** The base record of the trial in one lane of a batch. */
export function trialRecord(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain, lane: number): TrialRecord {
  const columns = allocateColumns(1)
  putLane(columns, 0, record(batch, trained, domain), lane)
  return recordAt(columns, 0)
}

function record(batch: MeasuredBatch, trained: TrainedBatch, domain: Domain): Recording {
  const { points, shape } = batch
  const setting = settingOf(batch)
  const hasPieces = points.inputDim === 1 && isPiecewiseAffine(shape)
  const piecesOf = hasPieces ? piecesIn(batch, trained, domain) : null
  const parameters = trained.parameters.length / batch.trials.length
  return { trained, setting, parameters, outputs: points.outputDim, piecesOf }
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

/** Writes the record of the trial in a lane; straight into the columns, as a map has millions of trials. */
function putLane(columns: RecordColumns, i: number, { trained, setting, parameters, outputs, piecesOf }: Recording, lane: number): void {
  const facts = factsOf(trained, lane, outputs)
  const outcome = outcomeOf(facts, setting)
  const isLost = outcome === 'diverged' || facts.end === END.diverged
  columns.outcome[i] = outcomeCode(outcome)
  columns.deadLayer[i] = facts.deadLayer
  columns.deathCheck[i] = facts.firstDeadStep / CHECK_STEPS
  columns.loss[i] = isLost ? Number.NaN : facts.loss
  columns.value[i] = isLost ? Number.NaN : valueOf(trained, lane, outcome, facts.outputRange)
  columns.pieces[i] = isLost ? 0 : (piecesOf?.(lane) ?? 0)
  columns.checksum[i] = parametersChecksum(trained.parameters, lane * parameters, parameters)
}

function factsOf(trained: TrainedBatch, lane: number, outputs: number): OutcomeFacts {
  return {
    end: trained.end[lane] ?? END.diverged,
    initialDeadLayer: trained.initialDeadLayer[lane] ?? 0,
    deadLayer: trained.deadLayer[lane] ?? 0,
    firstDeadStep: trained.firstDeadStep[lane] ?? 0,
    loss: trained.loss[lane] ?? Number.NaN,
    earlierLoss: trained.earlierLoss[lane] ?? Number.NaN,
    outputRange: outputRange(trained, lane, outputs),
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
