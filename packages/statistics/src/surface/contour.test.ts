import { expect, test } from 'vitest'
import { contour } from './contour.ts'
import type { SurfaceFit } from './fit-surface.ts'
import type { SurfaceCell } from './surface-cell.ts'

const cell = (x: number, y: number, collapsed: number, trials = 1_000): SurfaceCell => {
  return { x, y, trials, collapsed, bornDead: 0, theory: null }
}

// At 1,000 trials the 95% confidence sequence has its high end at 0.0262 for 10, and holds 0.1 for 80 to 130.
const ROWS = [
  cell(2, 4, 10), cell(3, 4, 90), cell(4, 4, 120), cell(5, 4, 300),
  cell(2, 8, 0), cell(3, 8, 0), cell(4, 8, 10), cell(5, 8, 10),
]

test('decides each cell by its interval, and leaves undecided what holds the level', () => {
  const { verdicts } = contour(ROWS, 0.1)
  const below = ['below', 'below', 'below', 'below']
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['below', 'undecided', 'undecided', 'above', ...below])
  // The ends of the Beta(1/2, 1/2) mixture sequence at 10 of 1,000, solved by another program.
  expect(verdicts[0]!.low).toBeCloseTo(0.002406468, 9)
  expect(verdicts[0]!.high).toBeCloseTo(0.02616443, 9)
})

test('draws the largest x up to which no rate exceeds the level, at each y', () => {
  expect(contour(ROWS, 0.1).observed.steps).toEqual([{ y: 4, x: 3 }, { y: 8, x: 5 }])
  expect(contour(ROWS, 0.001).observed.steps).toEqual([{ y: 4, x: null }, { y: 8, x: 3 }])
})

test('stops at the first cell above the level, whatever lies behind it', () => {
  expect(contour([cell(2, 1, 0), cell(3, 1, 200), cell(4, 1, 0)], 0.1).observed.steps).toEqual([{ y: 1, x: 2 }])
})

test('bounds the line by what is decided on either side', () => {
  expect(contour(ROWS, 0.1).band).toEqual([{ y: 4, below: 2, above: 5 }, { y: 8, below: 5, above: null }])
})

test('lost trials can only make a cell less decided', () => {
  expect(contour([{ ...cell(2, 4, 10), gaps: 200 }], 0.1).verdicts[0]!.verdict).toBe('undecided')
})

test('makes rates monotone where asked: 3 of 10 and 1 of 10 pool to 2 of 10', () => {
  const cells = [cell(2, 1, 3, 10), cell(3, 1, 1, 10), cell(4, 1, 9, 10)]
  expect(contour(cells, 0.25).observed.steps).toEqual([{ y: 1, x: null }])
  const monotony = { x: 'increasing', y: 'decreasing' } as const
  expect(contour(cells, 0.25, { monotony }).observed.steps).toEqual([{ y: 1, x: 3 }])
})

test('no fit, however sure, touches a verdict', () => {
  const sure = { basis: 'fit', estimate: 1e-6, low: 0, high: 2e-6, predictor: -13.8, standardError: 0.1 } as const
  const fit: SurfaceFit = { fitted: 'collapse', cells: ROWS.map(() => sure), checks: [], verdict: 'fits', reason: null }
  const drawn = contour(ROWS, 0.1, { fit })
  expect(drawn.verdicts).toEqual(contour(ROWS, 0.1).verdicts)
  expect(drawn.band).toEqual(contour(ROWS, 0.1).band)
  expect(drawn.fitted).toEqual({ basis: 'fit', steps: [{ y: 4, x: 5 }, { y: 8, x: 5 }] })
  expect(contour(ROWS, 0.1, { fit: { ...fit, verdict: 'unchecked' } }).fitted).toBeNull()
})

test.each([0, 1, -0.1, NaN])('refuses the level %d', (level) => {
  expect(() => contour(ROWS, level)).toThrow(new RangeError(`level must lie strictly between 0 and 1, got ${level}`))
})
