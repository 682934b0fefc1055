import { drawInitial } from './draw-initial.ts'
import { initialLaw } from './initial-law.ts'
import { networkShape } from './network-shape.ts'
import type { Parameters } from './network.ts'
import type { TrialSpec } from './trial.ts'

/**
 * Parameters of the given trials of a cell before training, [trial][parameter] (NUMERICS.md, 1 and 2).
 * @param trials indices in the cell, integers in [0, 2^53)
 * @throws RangeError for another index, and for a network or an initialization that does not exist
 */
export function initialParameters(spec: TrialSpec, trials: ArrayLike<number>): Parameters {
  return drawInitial(initialLaw(spec), networkShape(spec), spec.numerics, trials)
}
