import { expect, test } from 'vitest'
import { MOST_SERIES, SERIES_COLOURS, seriesStyle } from './style.ts'

/** Relative luminance (WCAG 2.1). */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((index) => {
    const share = Number.parseInt(hex.slice(index, index + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

test('every colour of a series has a contrast of at least 3 on white', () => {
  expect(Math.min(...SERIES_COLOURS.map((colour) => 1.05 / (luminance(colour) + 0.05)))).toBeGreaterThan(3)
})

test('colours are apart in grey: each is at least 1.25 times as light as the next darker one', () => {
  const sorted = SERIES_COLOURS.map((colour) => luminance(colour) + 0.05).toSorted((a, b) => a - b)
  expect(Math.min(...sorted.slice(1).map((value, index) => value / sorted[index]!))).toBeGreaterThan(1.25)
})

test('no two of the series that a figure accepts look the same', () => {
  const looks = Array.from({ length: MOST_SERIES }, (_, index) => JSON.stringify(seriesStyle(index)))
  expect(new Set(looks).size).toBe(MOST_SERIES)
})
