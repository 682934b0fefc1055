import { expect, test } from 'vitest'
import { guaranteedSafeDepth } from './safe-depth.ts'
import { sufficientWidth } from './sufficient-width.ts'

test('is the least width whose guaranteed depth reaches the depth', () => {
  for (const level of [0.01, 0.1, 0.5]) {
    for (let depth = 1; depth <= 120; depth += 1) {
      const width = sufficientWidth(depth, level)
      expect(guaranteedSafeDepth(width, level)).toBeGreaterThanOrEqual(depth)
      if (width > 1) expect(guaranteedSafeDepth(width - 1, level)).toBeLessThan(depth)
    }
  }
})

test('is at most log2((L - 1) / level), rounded up', () => {
  // 9 hidden layers at 1%: log2(900) = 9.81.
  expect(sufficientWidth(10, 0.01)).toBe(10)
  expect(sufficientWidth(1_000_001, 1e-6)).toBeLessThanOrEqual(Math.ceil(Math.log2(1e12)))
})

test('refuses what is no level', () => {
  expect(() => sufficientWidth(10, 0)).toThrow(new RangeError('level must lie strictly between 0 and 1, got 0'))
})
