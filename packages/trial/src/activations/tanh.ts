import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Activation } from './activation.ts'

export function tanh({ fma, round, tanh: value }: Arithmetic): Activation {
  return {
    canDie: false,
    value,
    derivative: (q, _z, a) => round(q * fma(-a, a, 1)),
  }
}
