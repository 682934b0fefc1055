import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Loss } from './loss.ts'

/** Mean of absolute errors, with derivative 0 at 0; the best constant is the median of the targets. */
export function mae({ round }: Arithmetic): Loss {
  return {
    scale: (n, c) => round(1 / (n * c)),
    derivative: (e, scale) => (e > 0 ? scale : e < 0 ? -scale : 0),
    add: (sum, e) => round(sum + Math.abs(e)),
  }
}
