import { expect, it } from 'vitest'
import { mapContours } from './map-contours.ts'
import { cellDocument } from './surface.ts'
import type { PlacedCell } from './map-contours.ts'
import { parseSweep } from './sweep.ts'
import { EMPTY_TALLY } from './tally.ts'

const QUESTION = { levels: [0.1], x: 'depth', y: 'width' }

/** A cell of 1,000 trials of which so many died in training. */
function placed(depth: number, width: number, died: number): PlacedCell {
  const { cell, spec } = parseSweep({ grid: { depth, width }, inits: 1, network: { bias: { kind: 'normal', std: 1 } } }).cells[0]!
  const tally = { ...EMPTY_TALLY, trials: 1000, outcomes: { ...EMPTY_TALLY.outcomes, died_in_training: died, converged: 1000 - died } }
  return { x: depth, y: width, cell: cellDocument({ cell, spec, inits: 1000, tally, gaps: 0, digest: null, engines: [] }) }
}

it('draws the largest depth below a level at each width, as observed and as shown', () => {
  // The 95% sequence of 1,000 trials: 10 give at most 0.0262, 90 hold 0.1, 300 exceed it.
  const map = [placed(2, 4, 10), placed(3, 4, 90), placed(4, 4, 300), placed(2, 8, 0), placed(3, 8, 10), placed(4, 8, 10)]
  const { contours } = mapContours(map, QUESTION)
  expect(contours[0]!.observed.steps).toEqual([{ y: 4, x: 3 }, { y: 8, x: 4 }])
  expect(contours[0]!.band).toEqual([{ y: 4, below: 2, above: 4 }, { y: 8, below: 4, above: null }])
  expect(contours[0]!.verdicts.map(({ verdict }) => verdict)).toEqual(['below', 'undecided', 'above', 'below', 'below', 'below'])
})

it('draws a fit only where its residual check passes', () => {
  const hazard = (depth: number, width: number) => Math.exp(-0.5 - 0.35 * width + 0.9 * Math.log(depth - 1))
  const smooth = (depth: number, width: number) => Math.round(1000 * -Math.expm1(-hazard(depth, width)))
  const grid = [3, 4, 5, 6, 8, 10, 14, 20].flatMap((depth) => [2, 3, 4, 5, 6, 8].map((width) => [depth, width] as const))
  const good = mapContours(grid.map(([depth, width]) => placed(depth, width, smooth(depth, width))), QUESTION)
  expect(good.fit).toMatchObject({ verdict: 'fits', fitted: 'collapse' })
  expect(good.contours[0]!.fitted!.steps.map(({ y }) => y)).toEqual([2, 3, 4, 5, 6, 8])
  for (const { y, x } of good.contours[0]!.fitted!.steps) {
    const below = [3, 4, 5, 6, 8, 10, 14, 20].filter((depth) => hazard(depth, y) < -Math.log(0.9))
    expect(x).toBe(below.at(-1) ?? null)
  }
  const [low, high] = [good.fittedBand![0]!.low, good.fittedBand![0]!.high]
  for (const [i, { x }] of good.contours[0]!.fitted!.steps.entries()) {
    expect((low[i]!.x ?? 0) <= (x ?? 0) && (x ?? 0) <= (high[i]!.x ?? 0)).toBe(true)
  }
  const jagged = grid.map(([depth, width]) => placed(depth, width, (depth * 7 + width * 13) % 5 === 0 ? 400 : 20))
  const bad = mapContours(jagged, QUESTION)
  expect([bad.fit.verdict, bad.contours[0]!.fitted, bad.fittedBand]).toEqual(['misfit', null, null])
})

it('comes from the large values where collapse falls along the columns', () => {
  const map = [placed(4, 2, 300), placed(4, 4, 90), placed(4, 8, 10)].map((cell) => ({ ...cell, x: cell.y, y: cell.x }))
  const { contours, direction } = mapContours(map, { levels: [0.1], x: 'width', y: 'depth' })
  expect([direction, contours[0]!.observed.steps, contours[0]!.band]).toEqual(['decreasing', [{ y: 4, x: 4 }], [{ y: 4, below: 8, above: 2 }]])
  const scales = mapContours(map.map((cell) => ({ ...cell, x: cell.x / 10 })), { levels: [0.1], x: 'network.initScale', y: 'depth' })
  expect([scales.direction, scales.contours[0]!.observed.steps]).toEqual(['decreasing', [{ y: 4, x: 0.4 }]])
})

it('refuses levels outside (0, 1) and monotony of other axes', () => {
  expect(() => mapContours([placed(2, 2, 1)], { ...QUESTION, levels: [1] })).toThrow(RangeError)
  expect(() => mapContours([placed(2, 2, 1)], { ...QUESTION, x: 'width', y: 'depth', monotone: true })).toThrow('about depth and width')
})
