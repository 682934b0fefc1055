import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Activation } from './activation.ts'

/** z above 0, exp(z) - 1 below (alpha = 1; Clevert, Unterthiner, Hochreiter 2016, arXiv 1511.07289). */
export function elu({ expm1, round }: Arithmetic): Activation {
  return {
    canDie: false,
    value: (z) => (z > 0 ? z : expm1(z)),
    derivative: (q, _z, a) => (a > 0 ? q : round(q * round(a + 1))),
  }
}
