import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Activation } from './activation.ts'

/** z P(Z <= z) for a standard normal Z, the exact form by erf (Hendrycks, Gimpel 2016, arXiv 1606.08415). */
export function gelu({ erf, exp, fma, round }: Arithmetic): Activation {
  const rootHalf = round(Math.SQRT1_2)
  const inverseRootTwoPi = round(1 / Math.sqrt(2 * Math.PI))
  const distribution = (z: number): number => fma(0.5, erf(round(z * rootHalf)), 0.5)
  const bell = (z: number): number => exp(-0.5 * round(z * z))
  return {
    canDie: false,
    value: (z) => round(z * distribution(z)),
    derivative: (q, z) => round(q * fma(round(z * bell(z)), inverseRootTwoPi, distribution(z))),
  }
}
