import { cosTurns, sinTurns } from './random/elementary.ts'
import { pointsKey } from './random/stream-key.ts'
import { fillUniforms } from './random/uniform.ts'
import type { ProblemSpec } from './trial.ts'

/**
 * The inputs of a training set, [point][input coordinate].
 * @throws RangeError for a domain that is not an interval, a number of points that is not a positive integer or that the
 *   sampling cannot lay out
 */
export function samplePoints(problem: ProblemSpec, seed: number): Float64Array {
  const { points, sampling, domain } = problem
  const [low, high] = domain
  if (!Number.isSafeInteger(points) || points < 1) {
    throw new RangeError(`invalid points ${points}: expected a positive integer`)
  }
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new RangeError(`invalid domain [${low}, ${high}]: expected two finite numbers in ascending order`)
  }
  switch (sampling) {
    case 'grid':
      return grid(problem)
    case 'random':
      return random(problem, seed)
    case 'directions':
      return directions(problem)
    default:
      return sampling satisfies never
  }
}

/**
 * Midpoints of n equal intervals; with several inputs the product of that grid with itself, the last coordinate
 * varying fastest.
 */
function grid({ points, inputDim, domain: [low, high] }: ProblemSpec): Float64Array {
  const side = Math.round(points ** (1 / inputDim))
  if (side ** inputDim !== points) {
    throw new RangeError(`invalid points ${points}: a grid in ${inputDim} dimensions needs a perfect square`)
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
function random({ points, inputDim, target, domain: [low, high] }: ProblemSpec, seed: number): Float64Array {
  const inputs = new Float64Array(points * inputDim)
  fillUniforms(inputs, inputs.length, { key: pointsKey({ seed, target, points }), trial: 0, tensor: 0 })
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
