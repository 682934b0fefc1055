/** One trial's optimizer, with its memory. Each parameter is updated on its own (NUMERICS.md, 4). */
export interface Optimizer {
  /** Makes one update in place. @param parameters [parameter] @param gradient of the mean loss, [parameter] */
  update(parameters: Float64Array, gradient: Float64Array): void
}
