import { initialParameters, layerLayouts, lineMeasurer, networkShape } from '@collapsar/trial'
import type { LayerLayout, Parameters, TrialSpec } from '@collapsar/trial'

/** Stands for the whole line. */
const EVERYWHERE = [-1e6, 1e6] as const
/** Networks that are drawn at once. */
const CHUNK = 1000

/** In how many of the trials [0, count) of a cell with one input the first unit of hidden layer 2 is zero for every input. */
export function countDeadUnits(spec: TrialSpec, count: number): number {
  const shape = networkShape(spec)
  const [first, second] = layerLayouts(shape.sizes)
  if (first === undefined || second === undefined || spec.problem.inputDim !== 1 || spec.depth < 3) {
    throw new RangeError(`expected one input and two hidden layers at least, got ${spec.problem.inputDim} inputs and depth ${spec.depth}`)
  }
  const measurer = lineMeasurer({ sizes: [1, first.outputs, 1, 1], activation: shape.activation })
  let dead = 0
  for (let start = 0; start < count; start += CHUNK) {
    const trials = Array.from({ length: Math.min(CHUNK, count - start) }, (_, index) => start + index)
    const parameters = initialParameters(spec, trials)
    const size = parameters.length / trials.length
    for (const row of trials.keys()) {
      const unit = unitAlone(parameters.subarray(row * size, (row + 1) * size), first, second)
      if (measurer.onDomain(unit, 0, EVERYWHERE).zeroLayers.includes(2)) dead += 1
    }
  }
  return dead
}

/** The network whose second hidden layer is the first unit of that layer, handed on as it is. */
function unitAlone(parameters: Parameters, first: LayerLayout, second: LayerLayout): Float64Array {
  const below = parameters.subarray(first.weights, first.biases + first.outputs)
  const weights = parameters.subarray(second.weights, second.weights + second.inputs)
  return Float64Array.of(...below, ...weights, parameters[second.biases] ?? NaN, 1, 0)
}
