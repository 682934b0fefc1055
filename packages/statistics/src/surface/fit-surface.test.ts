import { expect, test } from 'vitest'
import { binomialTails } from '../agreement/binomial.ts'
import { createBlockDraws, headlineGrid } from '../allocation/headline-grid.ts'
import type { SimulatedCell } from '../allocation/headline-grid.ts'
import { DEPTH_AXIS, linearAxis, logAxis, WIDTH_AXIS } from './axis.ts'
import { contour } from './contour.ts'
import { fitSurface } from './fit-surface.ts'
import type { SurfaceCell } from './surface-cell.ts'

const AXES = { x: DEPTH_AXIS, y: WIDTH_AXIS }
const GRID = headlineGrid()

/** True probabilities other than those of the model. */
interface Truth {
  readonly bornDead?: (cell: SimulatedCell) => number
  readonly diedGivenAlive?: (cell: SimulatedCell) => number
}

function simulate(trials: number, seed: number, truth: Truth = {}): SurfaceCell[] {
  return GRID.map((simulated, cell) => {
    const b = truth.bornDead?.(simulated) ?? simulated.bornDead.estimate
    const r = truth.diedGivenAlive?.(simulated) ?? simulated.diedGivenAlive
    const bornDead = createBlockDraws(b, trials, { seed, cell, purpose: 1 })()
    const died = createBlockDraws(r, trials - bornDead, { seed, cell, purpose: 2 })()
    const { depth: x, width: y, bornDead: theory } = simulated
    return { x, y, trials, collapsed: bornDead + died, bornDead, theory }
  })
}

function misfits(count: number, trials: number, truth: Truth = {}): number {
  const seeds = Array.from({ length: count }, (_, index) => index + 1)
  return seeds.filter((seed) => fitSurface(simulate(trials, seed, truth), AXES).verdict === 'misfit').length
}

test.each([100, 1_000])('rejects a true model about as rarely as asked, at %d trials a cell', (trials) => {
  // At most 1% of 200 maps are to be rejected; a true 1% gives this many or more with probability above 1e-3.
  const rejected = misfits(200, trials)
  expect(binomialTails(rejected, 200, 0.01).upper).toBeGreaterThan(1e-3)
})

test('rejects a model that is wrong: death that jumps by half at depth 12', () => {
  expect(misfits(20, 1_000, { diedGivenAlive: ({ depth, diedGivenAlive: r }) => (depth < 12 ? r : 1.5 * r) })).toBe(20)
})

test('rejects a theory that is wrong: a tenth fewer born dead', () => {
  expect(misfits(20, 1_000, { bornDead: ({ bornDead }) => 0.9 * bornDead.estimate })).toBe(20)
})

test('after a misfit, a contour has nothing but the intervals of the cells', () => {
  const cells = simulate(1_000, 1, { bornDead: ({ bornDead }) => 0.9 * bornDead.estimate })
  const fit = fitSurface(cells, AXES)
  expect(fit.verdict).toBe('misfit')
  expect(contour(cells, 0.1, { fit }).fitted).toBeNull()
  expect(contour(cells, 0.1, { fit }).verdicts).toEqual(contour(cells, 0.1).verdicts)
})

test('its band covers the truth of the model as often as it says', () => {
  // 144 cells of 40 maps. The cells of a map share six coefficients: 40 x 6 independent numbers at the very least,
  // of which 95% +- 1.4% (one standard error) are covered.
  let [covered, counted] = [0, 0]
  for (let seed = 1; seed <= 40; seed += 1) {
    for (const [index, cell] of fitSurface(simulate(1_000, seed), AXES).cells.entries()) {
      if (cell === null) continue
      counted += 1
      if (cell.low <= GRID[index]!.collapse && GRID[index]!.collapse <= cell.high) covered += 1
    }
  }
  expect(counted).toBe(40 * 8 * 18)
  expect(covered / counted).toBeGreaterThan(0.95 - 4 * 0.014)
  expect(covered / counted).toBeLessThan(0.95 + 3 * 0.014)
})

test('joins hazards: -ln(1 - p) is that of theory plus that of the fit', () => {
  const cells = simulate(1_000, 3)
  for (const [index, fitted] of fitSurface(cells, AXES).cells.entries()) {
    if (fitted === null) continue
    const hazard = -Math.log1p(-cells[index]!.theory!.estimate) + Math.exp(fitted.predictor)
    expect(-Math.log1p(-fitted.estimate)).toBeCloseTo(hazard, 6)
  }
})

test('has a band as wide as the error of the theory where the fit is sure', () => {
  // A million trials without a death: r and its error are below 1e-6, so that 1.959964 standard errors of b remain.
  const theory = { estimate: 0.2, standardError: 0.01 }
  const cells = [3, 4, 5, 6].map((x) => ({ x, y: 2, trials: 1_000_000, collapsed: 200_000, bornDead: 200_000, theory }))
  for (const cell of fitSurface(cells, AXES).cells) {
    expect(cell!.low).toBeCloseTo(0.2 - 1.959964 * 0.01, 4)
    expect(cell!.high).toBeCloseTo(0.2 + 1.959964 * 0.01, 4)
  }
})

test('leaves depth 2 out', () => {
  const cells = simulate(100, 1)
  expect(fitSurface(cells, AXES).cells.map((cell) => cell === null)).toEqual(cells.map(({ x }) => x === 2))
})

test('stays finite where nothing died in any trial, and says that nothing could be checked', () => {
  const never = { estimate: 0, standardError: 0 }
  const cells = simulate(1_000, 1).map((cell) => ({ ...cell, collapsed: 0, bornDead: 0, theory: never }))
  const fit = fitSurface(cells, AXES)
  expect(fit).toMatchObject({ verdict: 'unchecked', reason: 'none happened' })
  for (const cell of fit.cells) if (cell !== null) expect(cell.estimate).toBeLessThan(0.003)
})

test('says of what theory explains alone that no death is left to fit', () => {
  const cells = simulate(1_000, 1).map((cell) => ({ ...cell, collapsed: cell.bornDead }))
  const fit = fitSurface(cells, AXES)
  expect(fit).toMatchObject({ fitted: 'died given alive', verdict: 'unchecked', reason: 'none happened' })
  for (const { degreesOfFreedom } of fit.checks) expect(degreesOfFreedom).toBeGreaterThanOrEqual(0)
})

test.each([
  ['no trials', { collapsed: 100, bornDead: 100 }],
  ['all happened', { collapsed: 100, bornDead: 0 }],
] as const)('says that %s of those born alive', (reason, counts) => {
  const theory = { estimate: counts.bornDead / 100, standardError: 0 }
  const cells = [3, 4, 5].flatMap((x) => [2, 3].map((y) => ({ x, y, trials: 100, ...counts, theory })))
  expect(fitSurface(cells, AXES)).toMatchObject({ verdict: 'unchecked', reason })
})

test('gives no reason where it checked', () => {
  expect(fitSurface(simulate(1_000, 1), AXES)).toMatchObject({ verdict: 'fits', reason: null })
})

test('fits collapse itself where theory leaves a cell out', () => {
  const cells = simulate(1_000, 1).map((cell, index) => (index === 40 ? { ...cell, theory: null } : cell))
  const fit = fitSurface(cells, AXES)
  expect(fit.fitted).toBe('collapse')
  expect(fit.checks.map(({ part }) => part)).toEqual(['collapse'])
})

test('takes other axes, few cells, and cells without trials', () => {
  const rates = [[1e-3, 0.1, 10], [1e-3, 1, 20], [1e-2, 0.1, 12], [1e-2, 1, 30]]
  const blank = { trials: 100, bornDead: 0, theory: null }
  const cells = rates.map(([x, y, collapsed]) => ({ ...blank, x: x!, y: y!, collapsed: collapsed! }))
  const empty = { x: 1e-2, y: 0.5, trials: 0, collapsed: 0, bornDead: 0, theory: null }
  const fit = fitSurface([...cells, empty], { x: logAxis('learning rate'), y: linearAxis('scale') })
  expect(fit).toMatchObject({ verdict: 'unchecked', reason: 'too few cells' })
  // Four cells, four terms: only the prior keeps the fit off the rates themselves, by less than one trial.
  for (const [index, { collapsed }] of cells.entries()) {
    expect(Math.abs(fit.cells[index]!.estimate - collapsed / 100)).toBeLessThan(0.01)
  }
  expect(fit.cells[4]!.estimate).toBeGreaterThan(0.12)
  expect(fit.cells[4]!.estimate).toBeLessThan(0.3)
})

test('is monotone where that is asked for', () => {
  const cells = simulate(100, 5)
  const at = new Map(cells.map(({ x, y }, index) => [`${x} ${y}`, index]))
  const fit = fitSurface(cells, { ...AXES, monotony: { x: 'increasing', y: 'decreasing' } })
  for (const [index, { x, y }] of cells.entries()) {
    const here = fit.cells[index]
    if (here === null || here === undefined) continue
    const deeper = fit.cells[at.get(`${x + 1} ${y}`)!]
    const wider = fit.cells[at.get(`${x} ${y + 1}`)!]
    if (deeper) expect(deeper.estimate).toBeGreaterThanOrEqual(here.estimate)
    if (wider) expect(wider.estimate).toBeLessThanOrEqual(here.estimate)
  }
})

test('refuses what cannot be counted, and monotony over a grid with holes', () => {
  const [cell] = simulate(100, 1)
  expect(() => fitSurface([{ ...cell!, collapsed: 3, bornDead: 4 }], AXES)).toThrow(
    new RangeError('bornDead must be at most 3 (collapsed), got 4'),
  )
  expect(() => fitSurface([{ ...cell!, x: NaN }], AXES)).toThrow(new RangeError('x must be a finite number, got NaN'))
  expect(() => fitSurface([], { ...AXES, level: 1 })).toThrow(
    new RangeError('level must lie strictly between 0 and 1, got 1'),
  )
  const holed = simulate(100, 1).slice(0, -1)
  expect(() => fitSurface(holed, { ...AXES, monotony: { x: 'increasing', y: 'decreasing' } })).toThrow(
    new RangeError('monotone values need each of 18 x 8 cells once, got 143 cells on 143 places'),
  )
})

test('has no cell to say anything about without cells', () => {
  expect(fitSurface([], AXES)).toEqual({ fitted: 'died given alive', cells: [], checks: [], verdict: 'unchecked', reason: 'no trials' })
})
