import type { Activation } from './activation.ts'

const SCALE = 1.0507009873554805
const BELOW = SCALE * 1.6732632423543772

/** Scaled elu (Klambauer, Unterthiner, Mayr, Hochreiter 2017, arXiv 1706.02515, with their constants). */
export const selu: Activation = {
  canDie: false,
  value: (z) => (z > 0 ? SCALE * z : BELOW * Math.expm1(z)),
  derivative: (q, _z, a) => (a > 0 ? SCALE * q : q * (a + BELOW)),
}
