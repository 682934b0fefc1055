import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Activation } from './activation.ts'

/** z above 0, `leak * z` below and at 0. @param leak slope below 0, positive */
export function leakyRelu(leak: number, { round }: Arithmetic): Activation {
  const slope = round(leak)
  return {
    canDie: false,
    value: (z) => (z > 0 ? z : round(slope * z)),
    derivative: (q, _z, a) => (a > 0 ? q : round(slope * q)),
  }
}
