import type { WorkingType } from './arithmetic.ts'
import { erf } from './erf.ts'

/** Binary64, with an fma that rounds twice and the elementary functions of the platform. */
export const binary64: WorkingType = {
  round: (x) => x,
  fma: (a, b, c) => a * b + c,
  exp: Math.exp,
  expm1: Math.expm1,
  tanh: Math.tanh,
  erf,
}
