import type { Activation } from './activation.ts'

/** z above 0, exp(z) - 1 below (alpha = 1; Clevert, Unterthiner, Hochreiter 2016, arXiv 1511.07289). */
export const elu: Activation = {
  canDie: false,
  value: (z) => (z > 0 ? z : Math.expm1(z)),
  derivative: (q, _z, a) => (a > 0 ? q : q * (a + 1)),
}
