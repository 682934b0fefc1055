/** A hidden activation as NUMERICS.md, 3 states it, in the arithmetic it was made for. */
export interface Activation {
  /** Whether a unit, and so a layer, can be exactly zero on an open set: the premise of the death rule. */
  readonly canDie: boolean
  /** a, from the pre-activation z; of a normalized layer from its normalized value. */
  value(z: number): number
  /** The derivative with respect to z from `q`, the derivative with respect to a; `a` is `value(z)` as it was stored. */
  derivative(q: number, z: number, a: number): number
}
