/** A hidden activation as NUMERICS.md, 3 states it, in binary64. */
export interface Activation {
  /** Whether a unit, and so a layer, can be exactly zero on an open set: the premise of the death rule. */
  readonly canDie: boolean
  /** a, from the pre-activation z. */
  value(z: number): number
  /** The derivative with respect to z from `q`, the derivative with respect to a; `a` is `value(z)`. */
  derivative(q: number, z: number, a: number): number
}
