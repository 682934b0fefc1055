import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Loss } from './loss.ts'

/** Mean of squared errors; the best constant is the mean of the targets. */
export function mse({ fma, round }: Arithmetic): Loss {
  return {
    scale: (n, c) => round(2 / (n * c)),
    derivative: (e, scale) => round(e * scale),
    add: (sum, e) => fma(e, e, sum),
  }
}
