import type { WorkingType } from './arithmetic.ts'
import { erf32, exp32, expm1OfNegative32, tanh32 } from './elementary-binary32.ts'
import { fma32 } from './fma-binary32.ts'

/**
 * Binary32, bit for bit. A sum, product, quotient or root of binary32 numbers that is rounded to binary64 first and then to
 * binary32 is correctly rounded, as 53 >= 2 * 24 + 2 (Figueroa 1995, doi:10.1145/221332.221334).
 */
export const binary32: WorkingType = {
  round: Math.fround,
  fma: fma32,
  exp: exp32,
  expm1: expm1OfNegative32,
  tanh: tanh32,
  erf: erf32,
}
