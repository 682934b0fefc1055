import type { Activation } from './activation.ts'

/** max(z, 0). The derivative at 0 is 0: what makes death absorbing. A NaN gives 0. */
export const relu: Activation = {
  canDie: true,
  value: (z) => (z > 0 ? z : 0),
  derivative: (q, _z, a) => (a > 0 ? q : 0),
}
