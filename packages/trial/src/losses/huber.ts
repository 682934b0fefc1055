import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Loss } from './loss.ts'

/**
 * Quadratic, e^2 / 2, up to |e| = delta and linear beyond, `delta (|e| - delta / 2)`.
 * @source P. J. Huber, "Robust estimation of a location parameter" (1964), doi:10.1214/aoms/1177703732
 */
export function huber(delta: number, { fma, round }: Arithmetic): Loss {
  const bound = round(delta)
  return {
    scale: (n, c) => round(1 / (n * c)),
    derivative: (e, scale) => round((e > bound ? bound : e < -bound ? -bound : e) * scale),
    add: (sum, e) => {
      const size = Math.abs(e)
      const bounded = size > bound ? bound : size
      return fma(bounded, fma(-0.5, bounded, size), sum)
    },
  }
}
