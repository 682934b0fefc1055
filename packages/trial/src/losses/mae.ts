import type { Loss } from './loss.ts'

/** Mean of absolute errors, with derivative 0 at 0; the best constant is the median of the targets. */
export const mae: Loss = {
  scale: (n, c) => 1 / (n * c),
  derivative: (e, scale) => (e > 0 ? scale : e < 0 ? -scale : 0),
  term: (e) => Math.abs(e),
}
