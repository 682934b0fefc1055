import type { Activation } from './activation.ts'

/** z above 0, `leak * z` below and at 0. @param leak slope below 0, positive */
export function leakyRelu(leak: number): Activation {
  return {
    canDie: false,
    value: (z) => (z > 0 ? z : leak * z),
    derivative: (q, _z, a) => (a > 0 ? q : leak * q),
  }
}
