import type { Loss } from './loss.ts'

/**
 * Quadratic, e^2 / 2, up to |e| = delta and linear beyond, `delta (|e| - delta / 2)`.
 * @source P. J. Huber, "Robust estimation of a location parameter" (1964), doi:10.1214/aoms/1177703732
 */
export function huber(delta: number): Loss {
  return {
    scale: (n, c) => 1 / (n * c),
    derivative: (e, scale) => (e > delta ? delta : e < -delta ? -delta : e) * scale,
    term: (e) => {
      const bounded = Math.abs(e) > delta ? delta : Math.abs(e)
      return bounded * (Math.abs(e) - 0.5 * bounded)
    },
  }
}
