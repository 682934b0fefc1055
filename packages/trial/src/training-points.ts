import type { TrainingPoints } from './batch.ts'
import { samplePoints } from './point-sampling.ts'
import { targets } from './targets/index.ts'
import type { ProblemSpec } from './trial.ts'

/** Binary32 cannot tell apart values whose difference is below this fraction of the larger one. */
const BINARY32_EPSILON = 2 ** -23

/**
 * The training set of a cell, in binary64. `random` points depend on seed, target and number of points (NUMERICS.md, 1);
 * `grid` and `directions` do not depend on the seed.
 * @throws RangeError if the points cannot be laid out as asked, the target has another input dimension, a value is not
 *   finite, or the target is constant on the points (to binary32 precision), so that collapse would be the optimum
 */
export function trainingPoints(problem: ProblemSpec, seed: number): TrainingPoints {
  const { target, inputDim, points: count } = problem
  const definition = targets[target]
  const { outputDim } = definition
  if (inputDim !== definition.inputDim) {
    throw new RangeError(`invalid inputDim ${inputDim}: target ${target} has ${definition.inputDim}`)
  }
  const inputs = samplePoints(problem, seed)
  const values = new Float64Array(count * outputDim)
  for (let i = 0; i < count; i++) {
    const point = inputs.subarray(i * inputDim, (i + 1) * inputDim)
    definition.evaluate(point, values.subarray(i * outputDim, (i + 1) * outputDim))
  }
  const points = { count, inputDim, outputDim, inputs, targets: values }
  requireLearnable(points, target)
  return points
}

function requireLearnable(points: TrainingPoints, target: string): void {
  const { count, outputDim, targets: values } = points
  if (!values.every(Number.isFinite)) throw new RangeError(`invalid domain: target ${target} is not finite on its points`)
  for (let component = 0; component < outputDim; component++) {
    if (varies(values, component, outputDim)) return
  }
  throw new RangeError(`invalid points: target ${target} is constant on the ${count} training points`)
}

function varies(values: Float64Array, component: number, stride: number): boolean {
  let low = Infinity
  let high = -Infinity
  for (let i = component; i < values.length; i += stride) {
    low = Math.min(low, values[i] as number)
    high = Math.max(high, values[i] as number)
  }
  return high - low > BINARY32_EPSILON * Math.max(Math.abs(low), Math.abs(high))
}
