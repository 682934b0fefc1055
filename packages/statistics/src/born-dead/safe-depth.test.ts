import { expect, test } from 'vitest'
import { oneRayBornDead } from './one-ray.ts'
import { guaranteedSafeDepth } from './safe-depth.ts'

// 1 + floor(ln(1 - level) / ln(1 - 2^-N)) in 40 digits (mpmath 1.3), widths 2 to 10.
test.each([
  [0.01, [1, 1, 1, 1, 1, 2, 3, 6, 11]],
  [0.1, [1, 1, 2, 4, 7, 14, 27, 54, 108]],
])('guarantees a level of %d to these depths', (level, depths) => {
  expect([2, 3, 4, 5, 6, 7, 8, 9, 10].map((width) => guaranteedSafeDepth(width, level))).toEqual(depths)
})

test('is the last depth within the level, also where the level is hit exactly', () => {
  for (const width of [1, 2, 5, 9]) {
    for (const depth of [1, 2, 3, 17]) {
      const level = oneRayBornDead({ depth: depth + 1, width })
      expect(guaranteedSafeDepth(width, level)).toBe(depth + 1)
    }
  }
})
