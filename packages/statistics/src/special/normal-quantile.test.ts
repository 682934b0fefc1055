import { expect, test } from 'vitest'
import { normalUpperQuantile } from './normal-quantile.ts'

// scipy 1.17.1, -special.ndtri(tail).
test.each([
  [0.025, 1.9599639845400545],
  [0.1, 1.2815515655446004],
  [0.4, 0.2533471031357997],
  [0.7, -0.5244005127080407],
  [0.975, -1.959963984540054],
  [1e-10, 6.361340902404056],
  [1e-300, 37.0470962993612],
])('is exceeded with probability %d', (tail, expected) => {
  expect(Math.abs(normalUpperQuantile(tail) / expected - 1)).toBeLessThan(2e-15)
})
