import type { Sampling } from '../trial.ts'

/** A closed interval [low, high]. */
export type Interval = readonly [number, number]

/** A function to be learned. Its values have the same bits on every machine: + - * / and own functions only. */
export interface TargetFunction {
  readonly inputDim: number
  readonly outputDim: number
  /** Default domain of every input coordinate. */
  readonly domain: Interval
  readonly sampling: Sampling
  /** Default number of training points, where the target has one of its own. */
  readonly points?: number
  /** Writes the values at one point, [output component]. */
  evaluate(point: ArrayLike<number>, into: Float64Array): void
}

/** A named target, of which more is known. */
export interface Target extends TargetFunction {
  /** Mean of each component under the uniform law on the default domain, the best constant for mse. */
  readonly mean: readonly number[]
  /** All medians of each component under that law, the best constants for mae; both ends are equal if there is one. */
  readonly medians: readonly Interval[]
}

const SQRT_3 = 1.7320508075688772

/** The uniform law on it has mean 0 and variance 1 (Lu, Shin, Su, Karniadakis 2020, arXiv:1903.06733). */
export const UNIT_VARIANCE_DOMAIN: Interval = [-SQRT_3, SQRT_3]

/** A target with one input and one output. */
export function scalarTarget(value: (x: number) => number, mean: number, medians: Interval): Target {
  return {
    inputDim: 1,
    outputDim: 1,
    domain: UNIT_VARIANCE_DOMAIN,
    sampling: 'grid',
    mean: [mean],
    medians: [medians],
    evaluate: (point, into) => {
      into[0] = value(point[0] ?? NaN)
    },
  }
}
