import { layerSizes } from './network.ts'
import type { NetworkShape } from './network.ts'
import { outputDimOf } from './targets/index.ts'
import type { TrialSpec } from './trial.ts'

/**
 * Shape of the networks of a cell: layer sizes [d, N, ..., N, c] and what its hidden layers do.
 * @throws RangeError if depth or width is not a positive integer
 */
export function networkShape({ depth, width, network, problem }: TrialSpec): NetworkShape {
  for (const [name, value] of Object.entries({ depth, width })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`invalid ${name} ${value}: expected a positive integer`)
    }
  }
  const { activation, normalization } = network
  const sizes = layerSizes(problem.inputDim, depth, width, outputDimOf(problem))
  return normalization === undefined ? { sizes, activation } : { sizes, activation, normalization }
}
