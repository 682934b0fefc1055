import type { Activation } from './activation.ts'
import { erf } from './erf.ts'

/** P(Z <= z) for a standard normal Z. */
const normalDistribution = (z: number): number => 0.5 * erf(z * Math.SQRT1_2) + 0.5

const INVERSE_ROOT_TWO_PI = 1 / Math.sqrt(2 * Math.PI)

/** z P(Z <= z), the exact form by erf (Hendrycks, Gimpel 2016, arXiv 1606.08415). */
export const gelu: Activation = {
  canDie: false,
  value: (z) => z * normalDistribution(z),
  derivative: (q, z) => q * (z * Math.exp(-0.5 * (z * z)) * INVERSE_ROOT_TWO_PI + normalDistribution(z)),
}
