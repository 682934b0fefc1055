import type { TrainedBatch } from '../batch.ts'
import type { CollapseState } from '../measurements/collapse-state.ts'
import { COLLAPSE_STATES, collapseStates } from '../measurements/collapse-state.ts'
import type { MeasuredBatch } from '../measurements/trial-records.ts'
import { trialOutcomes } from '../measurements/trial-records.ts'
import { COLLAPSED } from '../record.ts'
import { outputDimOf } from '../targets/index.ts'
import { testPoints } from '../training-points.ts'
import type { TrialSpec } from '../trial.ts'
import { laneNetworks } from './lane-network.ts'
import { meanLossOn } from './mean-loss.ts'
import type { MeasurementSet } from './measurement-set.ts'

const CODES = new Map<CollapseState, number>(COLLAPSE_STATES.map((state, code) => [state, code]))

/** What the outcome of a trial was derived from, and what its constant is if it collapsed: 13 + 8 c bytes a trial, c outputs, 4 more with test points. */
export const facts: MeasurementSet = {
  name: 'facts',
  version: 3,
  summary: 'share of dead points, collapse state, range of each output, number of updates made, error on test points',
  applies: () => true,
  observes: () => [],
  columns: ({ problem }) => {
    const outputs = outputDimOf(problem)
    return [
      { name: 'deadPoints', type: 'u32', size: 1, meaning: 'points for which some hidden layer is all zero at the end' },
      { name: 'endStep', type: 'u32', size: 1, meaning: 'updates made' },
      { name: 'outputMin', type: 'f32', size: outputs, meaning: 'smallest value of each output on the points; NaN if diverged' },
      { name: 'outputMax', type: 'f32', size: outputs, meaning: 'largest value of each output on the points; NaN if diverged' },
      { name: 'deadShare', type: 'f32', size: 1, meaning: 'deadPoints as a share of the points, 0 to 1' },
      {
        name: 'collapseState',
        type: 'u8',
        size: 1,
        meaning: 'the constant of a collapsed trial against the targets: 0 not collapsed, 1 their mean, 2 a median, 3 both, 4 other',
      },
      ...(problem.testPoints === undefined
        ? []
        : [{ name: 'testError', type: 'f32' as const, size: 1, meaning: `mean loss on the ${problem.testPoints} test points; NaN if diverged` }]),
    ]
  },
  measure: ({ batch, spec, trained }) => [
    trained.deadPoints,
    trained.endStep,
    Float32Array.from(trained.outputMin),
    Float32Array.from(trained.outputMax),
    Float32Array.from(trained.deadPoints, (points) => points / batch.points.count),
    statesOf(batch, trained),
    ...testErrors(spec, batch, trained),
  ],
}

function statesOf(batch: MeasuredBatch, trained: TrainedBatch): Uint8Array {
  const outputs = batch.points.outputDim
  const stateOf = collapseStates(batch.points, batch.training.loss)
  const middles = trained.outputMin.map((low, i) => low + ((trained.outputMax[i] ?? Number.NaN) - low) / 2)
  return Uint8Array.from(trialOutcomes(batch, trained), (outcome, lane) => {
    if (!COLLAPSED.includes(outcome)) return CODES.get('none') ?? 0
    return CODES.get(stateOf(middles.subarray(lane * outputs, (lane + 1) * outputs))) ?? 0
  })
}

/** By the loss that the trials were trained with; none without test points. */
function testErrors({ problem, seed }: TrialSpec, batch: MeasuredBatch, trained: TrainedBatch): Float32Array[] {
  const points = testPoints(problem, seed)
  if (points === null) return []
  const errorOf = meanLossOn({ points, loss: batch.training, numerics: batch.numerics })
  const networkOf = laneNetworks(batch, trained)
  return [
    Float32Array.from(batch.trials, (_, lane) => {
      const network = networkOf(lane)
      return network === null ? Number.NaN : errorOf(network)
    }),
  ]
}
