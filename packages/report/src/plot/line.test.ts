import { expect, test } from 'vitest'
import { lineMark } from './line.ts'
import type { Pixel } from './style.ts'

function pathData(svg: string): string {
  return / d="([^"]*)"/.exec(svg)?.[1] ?? ''
}

test('a line is broken where a point is missing', () => {
  expect(pathData(lineMark([[0, 0], [1, 2], null, [3, 3], [4, 0]], { colour: '#000000' }))).toBe('M0,0 L1,2 M3,3 L4,0')
  expect(lineMark([null, null], { colour: '#000000' })).toBe('')
})

test('a line of many points keeps the ends and the extremes of each column of pixels', () => {
  const points = Array.from({ length: 100_000 }, (_, index): Pixel => [index / 1000, 50 + 40 * Math.sin(index * 1.7)])
  const kept = pathData(lineMark(points, { colour: '#000000' })).slice(1).split(' L').map((point) => point.split(',').map(Number))
  expect(kept.length).toBeLessThanOrEqual(4 * 100)
  for (const column of [0, 57, 99]) {
    const heights = (list: readonly (readonly number[])[]) => list.filter(([x]) => Math.floor(x!) === column).map(([, y]) => y!)
    // Coordinates are written to a hundredth of a pixel.
    expect(Math.min(...heights(kept))).toBeCloseTo(Math.min(...heights(points)), 1.9)
    expect(Math.max(...heights(kept))).toBeCloseTo(Math.max(...heights(points)), 1.9)
  }
})
