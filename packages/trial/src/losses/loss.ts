/** A loss as NUMERICS.md, 4 and 5 state it: the mean over points and outputs of a term of the error. */
export interface Loss {
  /** The factor C of the output derivative, from the number `n` of samples of the step and `c` of outputs. */
  scale(n: number, c: number): number
  /** The derivative of the mean loss with respect to an output, from its error `e = o - y` and C. */
  derivative(e: number, scale: number): number
  /** The sum whose mean is the loss, with the term of one more error. */
  add(sum: number, e: number): number
}
