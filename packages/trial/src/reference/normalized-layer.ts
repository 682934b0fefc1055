import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { LayerState, NormalizationState } from './network-state.ts'

/** A layer with a normalization between its affine values and its activation. */
export interface NormalizedLayer extends LayerState {
  readonly normalization: NormalizationState
}

/** Keeps the variance away from 0. */
const EPSILON = 1e-5

/** r = 1 / sqrt(var + eps). */
export function reciprocalDeviation(variance: number, { round }: Arithmetic): number {
  return round(1 / round(Math.sqrt(round(variance + round(EPSILON)))))
}
