import type { TrainedBatch, TrialBatch } from '../batch.ts'
import { allocateParameters, parameterCount } from '../network.ts'
import type { TrainedTrial } from './train-trial.ts'
import type { TrialState } from './trial-state.ts'

/** A result for every trial of the batch, to be filled lane by lane. */
export function allocateTrained(batch: Omit<TrialBatch, 'initial'>): TrainedBatch {
  const trials = batch.trials.length
  return {
    parameters: allocateParameters(batch.numerics, trials * parameterCount(batch.shape)),
    end: new Uint8Array(trials),
    endStep: new Uint32Array(trials),
    initialDeadLayer: new Uint16Array(trials),
    deadLayer: new Uint16Array(trials),
    firstDeadStep: new Uint32Array(trials),
    loss: new Float64Array(trials),
    earlierLoss: new Float64Array(trials),
    outputMin: new Float64Array(trials * batch.points.outputDim),
    outputMax: new Float64Array(trials * batch.points.outputDim),
    deadPoints: new Uint32Array(trials),
    lossTrace: batch.trace ? new Float64Array(trials * (batch.training.steps + 1)).fill(Number.NaN) : null,
  }
}

/** Writes the end of one trial into lane `lane` of `trained`. */
export function writeLane(trained: TrainedBatch, lane: number, state: TrialState, ended: TrainedTrial): void {
  const { final } = ended
  const nans = new Float64Array(state.batch.points.outputDim).fill(Number.NaN)
  trained.parameters.set(state.network.parameters, lane * state.network.parameters.length)
  trained.end[lane] = ended.end
  trained.endStep[lane] = state.step
  trained.initialDeadLayer[lane] = ended.initialDeadLayer
  trained.deadLayer[lane] = final?.deadLayer ?? 0
  trained.firstDeadStep[lane] = state.firstDeadStep
  trained.loss[lane] = final?.loss ?? Number.NaN
  trained.earlierLoss[lane] = state.earlierLoss ?? Number.NaN
  trained.outputMin.set(final?.outputMin ?? nans, lane * nans.length)
  trained.outputMax.set(final?.outputMax ?? nans, lane * nans.length)
  trained.deadPoints[lane] = final?.deadPoints ?? 0
  if (state.trace !== null) trained.lossTrace?.set(state.trace, lane * state.trace.length)
}
