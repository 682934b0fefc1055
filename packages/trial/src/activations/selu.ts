import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Activation } from './activation.ts'

const LAMBDA = 1.0507009873554805
const ALPHA = 1.6732632423543772

/** Scaled elu (Klambauer, Unterthiner, Mayr, Hochreiter 2017, arXiv 1706.02515, with their constants). */
export function selu({ expm1, round }: Arithmetic): Activation {
  const above = round(LAMBDA)
  const below = round(LAMBDA * ALPHA)
  return {
    canDie: false,
    value: (z) => round(z > 0 ? above * z : below * expm1(z)),
    derivative: (q, _z, a) => round(a > 0 ? above * q : q * round(a + below)),
  }
}
