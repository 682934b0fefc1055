import { cosTurns, sinTurns } from './random/elementary.ts'
import { pointsKey } from './random/stream-key.ts'
import type { PointsName } from './random/stream-key.ts'
import { fillUniforms } from './random/uniform.ts'
import type { ProblemSpec } from './trial.ts'

/**
 * The inputs of a training set, [point][input coordinate].
 * @throws RangeError for a domain that is not an interval, a number of points that is not a positive integer or that the
 *   sampling cannot lay out
 */
export function samplePoints(problem: ProblemSpec, seed: number): Float64Array {
  const { points, sampling, target } = problem
  requireSet('points', points, problem)
  switch (sampling) {
    case 'grid':
      return grid(problem)
    case 'random':
      return uniformPoints(problem, { seed, target, points })
    case 'directions':
      return directions(problem)
    default:
      return sampling satisfies never
  }
}

/**
 * The inputs of a test set of n points, [point][input coordinate]: independent and uniform whatever the sampling.
 * @throws RangeError for a domain that is not an interval or a number of points that is not a positive integer
 */
export function sampleTestPoints(problem: ProblemSpec, points: number, seed: number): Float64Array {
  requireSet('testPoints', points, problem)
  return uniformPoints(problem, { seed, target: problem.target, points, purpose: 'test-points' })
}

function requireSet(name: string, points: number, { domain: [low, high] }: ProblemSpec): void {
  if (!Number.isSafeInteger(points) || points < 1) {
    throw new RangeError(`invalid ${name} ${points}: expected a positive integer`)
  }
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new RangeError(`invalid domain [${low}, ${high}]: expected two finite numbers in ascending order`)
  }
}

/**
 * Midpoints of n equal intervals; with several inputs the product of that grid with itself, the last coordinate
 * varying fastest.
 */
function grid({ points, inputDim, domain: [low, high] }: ProblemSpec): Float64Array {
  const side = Math.round(points ** (1 / inputDim))
  if (side ** inputDim !== points) {
    const power = inputDim === 2 ? 'square' : `power of ${inputDim}`
    throw new RangeError(`invalid points ${points}: a grid in ${inputDim} dimensions needs a perfect ${power}`)
  }
  const inputs = new Float64Array(points * inputDim)
  for (let i = 0; i < points; i++) {
    for (let k = inputDim - 1, rest = i; k >= 0; k--, rest = Math.floor(rest / side)) {
      inputs[i * inputDim + k] = low + ((high - low) * ((rest % side) + 0.5)) / side
    }
  }
  return inputs
}

/** Independent and uniform; coordinate k of point i is uniform number `i d + k` of tensor 0 of trial 0. */
function uniformPoints({ inputDim, domain: [low, high] }: ProblemSpec, name: PointsName): Float64Array {
  const inputs = new Float64Array(name.points * inputDim)
  fillUniforms(inputs, inputs.length, { key: pointsKey(name), trial: 0, tensor: 0 })
  return inputs.map((u) => low + (high - low) * u)
}

/**
 * n equispaced directions, from (r, 0) counterclockwise, on the circle of radius r about the origin for the domain
 * [-r, r]. They stand for all of the plane where the network is positively homogeneous (relu, zero biases).
 */
function directions({ points, inputDim, domain: [low, high] }: ProblemSpec): Float64Array {
  if (inputDim !== 2) throw new RangeError(`invalid sampling directions: it needs 2 inputs, not ${inputDim}`)
  if (low !== -high) throw new RangeError(`invalid domain [${low}, ${high}]: directions need an interval [-r, r]`)
  const inputs = new Float64Array(2 * points)
  for (let i = 0; i < points; i++) {
    inputs[2 * i] = high * cosTurns(i / points)
    inputs[2 * i + 1] = high * sinTurns(i / points)
  }
  return inputs
}
