import { at } from '../at.ts'
import type { TrainingPoints } from '../batch.ts'
import { eachOutput } from '../reference/evaluate.ts'
import { outputDimOf } from '../targets/index.ts'
import type { ProblemSpec } from '../trial.ts'
import type { LaneNetwork } from './lane-network.ts'
import { laneNetworks, storedInputs } from './lane-network.ts'
import type { MeasurementSet } from './measurement-set.ts'

/** At most so many points of the data, evenly chosen. */
const MOST_POINTS = 64

/** Points of the grid, both ends included, over so many times the domain. */
const GRID_POINTS = 65
const GRID_SCALE = 1.5

/**
 * What functions trials have learned, for `distinctFunctions`: on data two may be equal that differ outside.
 * At most 4 c (64 + 65) bytes a trial for one input, c outputs, 4 c 64 for more.
 */
export const functions: MeasurementSet = {
  name: 'functions',
  version: 1,
  summary: 'values on the data and, for one input, on a grid over 1.5 times the domain',
  applies: () => true,
  observes: () => [],
  columns: ({ problem }) => {
    const outputs = outputDimOf(problem)
    const data = Math.min(MOST_POINTS, problem.points)
    const onData = { name: 'onData', type: 'f32' as const, size: data * outputs }
    const onGrid = { name: 'onGrid', type: 'f32' as const, size: GRID_POINTS * outputs }
    const spans = `${GRID_POINTS} equispaced points over ${GRID_SCALE} times the domain`
    return [
      { ...onData, meaning: `[point][output] at points floor(i ${problem.points} / ${data}) of the data; NaN if diverged` },
      ...(problem.inputDim === 1 ? [{ ...onGrid, meaning: `[point][output] at ${spans}, ends included; NaN if diverged` }] : []),
    ]
  },
  measure: ({ batch, spec, trained }) => {
    const networkOf = laneNetworks(batch, trained)
    const places = [chosenPoints(batch.points, storedInputs(batch))]
    if (spec.problem.inputDim === 1) places.push(functionGrid(spec.problem))
    return places.map((inputs) => {
      const size = (inputs.length / batch.points.inputDim) * batch.points.outputDim
      const values = new Float32Array(batch.trials.length * size).fill(Number.NaN)
      for (let lane = 0; lane < batch.trials.length; lane++) {
        const network = networkOf(lane)
        if (network !== null) putValues(network, inputs, values.subarray(lane * size, (lane + 1) * size))
      }
      return values
    })
  },
}

function putValues({ parameters, shape }: LaneNetwork, inputs: Float64Array, into: Float32Array): void {
  let next = 0
  eachOutput(shape, parameters, inputs, (outputs) => {
    into.set(outputs, next)
    next += outputs.length
  })
}

function chosenPoints({ count, inputDim }: TrainingPoints, inputs: Float64Array): Float64Array {
  const chosen = Math.min(MOST_POINTS, count)
  return Float64Array.from({ length: chosen * inputDim }, (_, i) => {
    const point = Math.floor((Math.floor(i / inputDim) * count) / chosen)
    return at(inputs, point * inputDim + (i % inputDim))
  })
}

/** Where `onGrid` looks, for one input, [point], ends included. */
export function functionGrid({ domain: [low, high] }: ProblemSpec): Float64Array {
  const middle = (low + high) / 2
  const half = (GRID_SCALE * (high - low)) / 2
  return Float64Array.from({ length: GRID_POINTS }, (_, i) => middle + half * ((2 * i) / (GRID_POINTS - 1) - 1))
}
