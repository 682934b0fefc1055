import { checkOpenUnit } from '../counts.ts'
import type { Interval } from '../intervals/interval.ts'
import { intervalWithGaps } from '../intervals/interval-methods.ts'
import type { Monotony } from './axis.ts'
import type { SurfaceFit } from './fit-surface.ts'
import { monotoneValues } from './monotone-cells.ts'
import { checkSurfaceCell } from './surface-cell.ts'
import type { SurfaceCell } from './surface-cell.ts'

export interface ContourOptions {
  /** Drawn as a second line if its verdict is `fits`, and left out otherwise. It never touches a verdict. */
  readonly fit?: SurfaceFit | null
  /** Makes the observed rates monotone before their line is drawn, once every cell has trials; never a verdict. */
  readonly monotony?: Monotony | null
  /** Of the anytime-valid interval of each cell; 0.95 unless said. */
  readonly confidence?: number
}

/** On which side of the level a cell lies, by its own anytime-valid interval and nothing else. */
export interface CellVerdict extends Interval {
  readonly basis: 'interval'
  readonly verdict: 'below' | 'above' | 'undecided'
}

/** A step of a staircase: up to x, from the smallest x on, the probability is at most the level. */
export interface Step {
  readonly y: number
  /** Null where already the first cell with a value exceeds the level. */
  readonly x: number | null
}

/** Where the level may run at one y: right of the last cell proved below, left of the first proved above. */
export interface BandStep {
  readonly y: number
  /** The largest x up to which every cell is decided to be below; null if the first one is not. */
  readonly below: number | null
  /** The smallest x from which on every cell is decided to be above; null if the last one is not. */
  readonly above: number | null
}

export interface Contour {
  readonly level: number
  /** [cell] as given: what has been shown. */
  readonly verdicts: readonly CellVerdict[]
  /** [y], ascending: the cells between are undecided, at least for want of a neighbour's decision. */
  readonly band: readonly BandStep[]
  /** [y], ascending: by the observed rates, a guess. */
  readonly observed: { readonly basis: 'rates'; readonly steps: readonly Step[] }
  /** [y], ascending: by the fitted surface, a guess; null without one whose residual check it passed. */
  readonly fitted: { readonly basis: 'fit'; readonly steps: readonly Step[] } | null
}

/**
 * Where P(collapse) crosses a level, as integer staircases with the large x on the unsafe side: at each y the largest
 * x up to which no cell exceeds the level. Lines are guesses, verdicts are not: a verdict holds with the given
 * confidence for its cell (not for the map), whenever one looks. Cells without a value are passed over. O(cells log).
 *
 * @throws RangeError on a level or confidence outside (0, 1), impossible counts, or monotony without a full grid.
 */
export function contour(cells: readonly SurfaceCell[], level: number, options: ContourOptions = {}): Contour {
  const { fit = null, monotony = null, confidence = 0.95 } = options
  checkOpenUnit('level', level)
  checkOpenUnit('confidence', confidence)
  cells.forEach(checkSurfaceCell)
  const verdicts = cells.map((cell) => verdictOn(cell, level, confidence))
  const rates = observedRates(cells, monotony)
  return {
    level,
    verdicts,
    band: rowsOf(cells).map((row) => bandStep(row, verdicts)),
    observed: { basis: 'rates', steps: staircase(cells, rates, level) },
    fitted: fit?.verdict === 'fits' ? { basis: 'fit', steps: staircase(cells, estimatesOf(fit), level) } : null,
  }
}

function verdictOn({ collapsed, trials, gaps = 0 }: SurfaceCell, level: number, confidence: number): CellVerdict {
  const { low, high } = intervalWithGaps('confidence-sequence', collapsed, trials, gaps, confidence)
  // The ends themselves are excluded.
  const verdict = high <= level ? 'below' : low >= level ? 'above' : 'undecided'
  return { basis: 'interval', verdict, low, high }
}

function estimatesOf(fit: SurfaceFit): readonly (number | null)[] {
  return fit.cells.map((cell) => cell?.estimate ?? null)
}

function observedRates(cells: readonly SurfaceCell[], monotony: Monotony | null): readonly (number | null)[] {
  const rates = cells.map(({ collapsed, trials }) => (trials === 0 ? null : collapsed / trials))
  if (monotony === null || rates.includes(null)) return rates
  const placed = cells.map(({ x, y, trials }, index) => ({ x, y, value: rates[index] ?? 0, weight: trials }))
  return [...monotoneValues(placed, monotony)]
}

/** The cells of one y, by ascending x. */
interface Row {
  readonly y: number
  readonly places: readonly { readonly index: number; readonly x: number }[]
}

function rowsOf(cells: readonly SurfaceCell[]): readonly Row[] {
  const rows = new Map<number, { index: number; x: number }[]>()
  for (const [index, { x, y }] of cells.entries()) {
    const row = rows.get(y) ?? []
    row.push({ index, x })
    rows.set(y, row)
  }
  const sorted = [...rows].toSorted(([a], [b]) => a - b)
  return sorted.map(([y, places]) => ({ y, places: places.toSorted((a, b) => a.x - b.x) }))
}

function staircase(cells: readonly SurfaceCell[], values: readonly (number | null)[], level: number): readonly Step[] {
  return rowsOf(cells).map(({ y, places }) => {
    let last: number | null = null
    for (const { index, x } of places) {
      const value = values[index] ?? null
      if (value === null) continue
      if (value > level) break
      last = x
    }
    return { y, x: last }
  })
}

function bandStep({ y, places }: Row, verdicts: readonly CellVerdict[]): BandStep {
  const isNot = (verdict: CellVerdict['verdict']) => ({ index }: { readonly index: number }) =>
    verdicts[index]?.verdict !== verdict
  const firstNotBelow = places.findIndex(isNot('below'))
  const lastNotAbove = places.findLastIndex(isNot('above'))
  const below = firstNotBelow === -1 ? places.at(-1) : places[firstNotBelow - 1]
  return { y, below: below?.x ?? null, above: places[lastNotAbove + 1]?.x ?? null }
}
