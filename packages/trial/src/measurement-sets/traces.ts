import type { TrainedBatch } from '../batch.ts'
import { foldedShape } from '../measurements/fold-normalization.ts'
import { isPiecewiseAffine, lineMeasurer } from '../measurements/pieces.ts'
import type { MeasuredBatch } from '../measurements/trial-records.ts'
import { networkShape } from '../network-shape.ts'
import type { TrialSpec } from '../trial.ts'
import { laneNetworks } from './lane-network.ts'
import { logSpacedSteps, momentLabel, momentsText } from './log-spaced-steps.ts'
import type { MeasurementSet } from './measurement-set.ts'

/** How trials came to where they are: 10 bytes a trial for each of 1, 3, 10, 30, ... steps, 6 where there are no pieces; at 3,000 steps 70. */
export const traces: MeasurementSet = {
  name: 'traces',
  version: 1,
  summary: 'loss, affine pieces and first dead layer at 1, 3, 10, 30, ... steps',
  applies: ({ training }) => {
    if (training.steps === 0) return 'traces of a network that was never trained'
    return training.steps > 1 || 'no step before the last to look at: steps is 1'
  },
  observes: ({ training }) => logSpacedSteps(training.steps),
  columns: (spec) => {
    const moments = logSpacedSteps(spec.training.steps)
    const at = momentsText(moments)
    const each = { size: moments.length, labels: moments.map(momentLabel) }
    return [
      { name: 'loss', type: 'f32', ...each, meaning: `loss on the training set ${at}; NaN if diverged` },
      { name: 'deadLayer', type: 'u16', ...each, meaning: `first hidden layer that is zero on every point ${at}; 0 if none` },
      ...(hasPieces(spec)
        ? [{ name: 'pieces', type: 'u32' as const, ...each, meaning: `affine pieces on the domain ${at}; 0 if diverged` }]
        : []),
    ]
  },
  measure: ({ batch, observed, spec }) => {
    const loss = new Float32Array(batch.trials.length * observed.length)
    const deadLayer = new Uint16Array(loss.length)
    const pieces = new Uint32Array(loss.length)
    for (const [moment, trained] of observed.entries()) {
      const piecesOf = hasPieces(spec) ? pieceCounter(batch, trained, spec) : null
      for (let lane = 0; lane < batch.trials.length; lane++) {
        const i = lane * observed.length + moment
        loss[i] = trained.loss[lane] ?? Number.NaN
        deadLayer[i] = trained.deadLayer[lane] ?? 0
        pieces[i] = piecesOf?.(lane) ?? 0
      }
    }
    return hasPieces(spec) ? [loss, deadLayer, pieces] : [loss, deadLayer]
  },
}

function hasPieces(spec: TrialSpec): boolean {
  return spec.problem.inputDim === 1 && isPiecewiseAffine(networkShape(spec))
}

function pieceCounter(batch: MeasuredBatch, trained: TrainedBatch, { problem }: TrialSpec): (lane: number) => number {
  const networkOf = laneNetworks(batch, trained)
  const measurer = lineMeasurer(foldedShape(batch.shape))
  return (lane) => {
    const network = networkOf(lane)
    return network === null ? 0 : measurer.piecesOnDomain(network.parameters, 0, problem.domain)
  }
}
