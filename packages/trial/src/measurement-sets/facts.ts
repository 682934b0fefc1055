import { outputDimOf } from '../targets/index.ts'
import type { MeasurementSet } from './measurement-set.ts'

/** What the outcome of a trial was derived from. */
export const facts: MeasurementSet = {
  name: 'facts',
  version: 1,
  summary: 'share of dead points, range of each output, number of updates made',
  applies: () => true,
  observes: () => [],
  columns: ({ problem }) => {
    const outputs = outputDimOf(problem)
    return [
      { name: 'deadPoints', type: 'u32', size: 1, meaning: 'points for which some hidden layer is all zero at the end' },
      { name: 'endStep', type: 'u32', size: 1, meaning: 'updates made' },
      { name: 'outputMin', type: 'f32', size: outputs, meaning: 'smallest value of each output on the points; NaN if diverged' },
      { name: 'outputMax', type: 'f32', size: outputs, meaning: 'largest value of each output on the points; NaN if diverged' },
    ]
  },
  measure: ({ trained }) => [
    trained.deadPoints,
    trained.endStep,
    Float32Array.from(trained.outputMin),
    Float32Array.from(trained.outputMax),
  ],
}
