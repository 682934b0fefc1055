import type { Loss } from './loss.ts'

/** Mean of squared errors; the best constant is the mean of the targets. */
export const mse: Loss = {
  scale: (n, c) => 2 / (n * c),
  derivative: (e, scale) => e * scale,
  term: (e) => e * e,
}
