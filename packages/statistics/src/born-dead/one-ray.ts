import { checkCount } from '../counts.ts'

/** Depth L, the number of affine layers, of which L - 1 are hidden; width N, the units of every hidden layer. */
export interface Shape {
  readonly depth: number
  readonly width: number
}

/** @throws RangeError unless depth and width are integers of at least 1. */
export function checkShape({ depth, width }: Shape): void {
  checkCount('depth', depth, 1)
  checkCount('width', width, 1)
}

/**
 * Probability that a ReLU network is dead at initialization on a single ray of inputs (one point, or one-dimensional
 * inputs of one sign): 1 - (1 - 2^-N)^(L-1). Exact for zero biases and independent weights with laws symmetric about
 * 0 and without atom there: each hidden layer kills the ray with probability 2^-N, whatever came before.
 *
 * @throws RangeError unless depth and width are integers of at least 1.
 */
export function oneRayBornDead({ depth, width }: Shape): number {
  checkShape({ depth, width })
  return complementOfPower(2 ** -width, depth - 1)
}

/** 1 - (1 - x)^n without cancellation. */
export function complementOfPower(x: number, n: number): number {
  return n === 0 ? 0 : -Math.expm1(n * Math.log1p(-x))
}
