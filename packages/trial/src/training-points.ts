import type { TrainingPoints } from './batch.ts'
import { samplePoints, sampleTestPoints } from './point-sampling.ts'
import { targetOf } from './targets/index.ts'
import { DEFAULT_TEETH } from './targets/sawtooth.ts'
import type { TargetFunction } from './targets/target.ts'
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
  const target = checkedTarget(problem)
  const points = evaluated(problem, target, samplePoints(problem, seed))
  requireVariety(points, problem)
  return points
}

/**
 * The test set of a cell, in binary64: independent uniform points on the domain, from a stream of their own that depends on
 * seed, target and their number (NUMERICS.md, 1); null where the problem asks for none.
 * @throws RangeError if the number is no positive integer, the target has another input dimension, or a value is not finite
 */
export function testPoints(problem: ProblemSpec, seed: number): TrainingPoints | null {
  if (problem.testPoints === undefined) return null
  return evaluated(problem, checkedTarget(problem), sampleTestPoints(problem, problem.testPoints, seed))
}

function checkedTarget(problem: ProblemSpec): TargetFunction {
  const target = targetOf(problem)
  if (problem.inputDim !== target.inputDim) {
    throw new RangeError(`invalid inputDim ${problem.inputDim}: target ${problem.target} has ${target.inputDim}`)
  }
  return target
}

/** The target at these inputs, [point][input coordinate]. */
function evaluated(problem: ProblemSpec, { outputDim, evaluate }: TargetFunction, inputs: Float64Array): TrainingPoints {
  const { inputDim } = problem
  const count = inputs.length / inputDim
  const values = new Float64Array(count * outputDim)
  for (let i = 0; i < count; i++) {
    const point = inputs.subarray(i * inputDim, (i + 1) * inputDim)
    evaluate(point, values.subarray(i * outputDim, (i + 1) * outputDim))
  }
  const points = { count, inputDim, outputDim, inputs, targets: values }
  requireFinite(points, nameOf(problem))
  return points
}

function requireFinite({ inputDim, outputDim, inputs, targets: values }: TrainingPoints, name: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad === -1) return
  const first = Math.floor(bad / outputDim) * inputDim
  const point = inputs.subarray(first, first + inputDim).join(', ')
  throw new RangeError(`invalid domain: ${name} is not finite at (${point}) but ${values[bad]}`)
}

function nameOf({ target, expression }: ProblemSpec): string {
  return target === 'expression' ? `expression "${expression}"` : `target ${target}`
}

function requireVariety({ count, outputDim, targets: values }: TrainingPoints, problem: ProblemSpec): void {
  for (let component = 0; component < outputDim; component++) {
    if (varies(values, component, outputDim)) return
  }
  throw new RangeError(`invalid points: ${nameOf(problem)} is constant on the ${count} training points${tooFewForTeeth(problem)}`)
}

/** A grid that takes whole teeth at a step sees the same place of each. */
function tooFewForTeeth({ target, sampling, teeth = DEFAULT_TEETH, points }: ProblemSpec): string {
  if (target !== 'sawtooth' || sampling !== 'grid' || points >= 2 * teeth) return ''
  return `: ${teeth} teeth need a grid of at least ${2 * teeth} points`
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
