import type { Activation } from './activation.ts'

/** Hyperbolic tangent. */
export const tanh: Activation = {
  canDie: false,
  value: (z) => Math.tanh(z),
  derivative: (q, _z, a) => q * (1 - a * a),
}
