/** Collapse after training of one shape. */
export interface CollapseEntry {
  readonly depth: number
  readonly width: number
  readonly collapse: number
  readonly trials: number
}

/**
 * P(collapse) of |x|: He-normal, zero biases, 3,000 uniform points, minibatches of 128, Adam 1e-3, 3,000 steps, by an independent
 * program in C. Shares to three decimals, of so many networks of each shape.
 */
export const COLLAPSE_SURFACE: readonly CollapseEntry[] = [
  { width: 2, depth: 3, collapse: 0.345, trials: 600 },
  { width: 2, depth: 5, collapse: 0.667, trials: 600 },
  { width: 2, depth: 10, collapse: 0.923, trials: 600 },
  { width: 2, depth: 20, collapse: 0.997, trials: 600 },
  { width: 3, depth: 3, collapse: 0.142, trials: 600 },
  { width: 3, depth: 5, collapse: 0.373, trials: 600 },
  { width: 3, depth: 10, collapse: 0.707, trials: 600 },
  { width: 3, depth: 20, collapse: 0.945, trials: 600 },
  { width: 4, depth: 3, collapse: 0.068, trials: 600 },
  { width: 4, depth: 5, collapse: 0.188, trials: 600 },
  { width: 4, depth: 10, collapse: 0.462, trials: 600 },
  { width: 4, depth: 20, collapse: 0.775, trials: 600 },
  { width: 8, depth: 3, collapse: 0, trials: 250 },
  { width: 8, depth: 5, collapse: 0, trials: 250 },
  { width: 8, depth: 10, collapse: 0.016, trials: 250 },
  { width: 8, depth: 20, collapse: 0.096, trials: 250 },
]
