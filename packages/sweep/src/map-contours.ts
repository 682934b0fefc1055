import { contour, DEPTH_AXIS, fitSurface, linearAxis, logAxis, WIDTH_AXIS } from '@collapsar/statistics'
import type { Axis, Contour, Monotony, SurfaceCell, SurfaceFit } from '@collapsar/statistics'
import type { CellDocument } from './surface.ts'

/** A cell at its place in a map over two swept parameters. */
export interface PlacedCell {
  readonly x: number
  readonly y: number
  readonly cell: CellDocument
}

export interface ContourQuestion {
  /** Probabilities in (0, 1). */
  readonly levels: readonly number[]
  /** Names of the parameters: `depth`, `width`, or a dotted one. */
  readonly x: string
  readonly y: string
  /** Of the cells' anytime-valid intervals; 0.95 unless said. */
  readonly confidence?: number
  /** Supposes that collapse grows with depth and falls with width; for that map only. */
  readonly monotone?: boolean
}

/** Where a map crosses levels: what is shown cell by cell, and two guesses. */
export interface MapContours {
  /** Of the smooth surface: whether its residual checks let it be drawn. */
  readonly fit: Pick<SurfaceFit, 'fitted' | 'verdict' | 'checks'>
  /** [level] as asked for; verdicts [cell] as given. */
  readonly contours: readonly Contour[]
  /** By the ends of the fit's pointwise band, [level]: where the curve of the fit may run; null unless it fits. */
  readonly fittedBand: readonly { readonly low: Contour['observed']['steps']; readonly high: Contour['observed']['steps'] }[] | null
}

/** Growing depth collapses, growing width saves: proved for the born dead, an assumption for the trained. */
const SHAPE_MONOTONY: Monotony = { x: 'increasing', y: 'decreasing' }

/**
 * Contours of P(collapse) over one map, with the large x on the unsafe side.
 * @throws RangeError on levels outside (0, 1), and for `monotone` unless x is depth and y is width on a full grid
 */
export function mapContours(placed: readonly PlacedCell[], question: ContourQuestion): MapContours {
  const { levels, x, y, confidence = 0.95, monotone = false } = question
  if (monotone && (x !== 'depth' || y !== 'width')) {
    throw new RangeError(`invalid monotone for ${x} and ${y}: it is an assumption about depth and width`)
  }
  const cells = placed.map(surfaceCell)
  const monotony = monotone ? SHAPE_MONOTONY : null
  const axes = { x: axisOf(x, cells.map((cell) => cell.x)), y: axisOf(y, cells.map((cell) => cell.y)) }
  const fit = fitSurface(cells, { ...axes, monotony, level: confidence })
  const { fitted, verdict, checks } = fit
  return {
    fit: { fitted, verdict, checks },
    contours: levels.map((level) => contour(cells, level, { fit, monotony, confidence })),
    fittedBand: verdict === 'fits' ? levels.map((level) => bandOf(cells, fit, level)) : null,
  }
}

/** The upper end of the band crosses first. */
function bandOf(cells: readonly SurfaceCell[], fit: SurfaceFit, level: number): NonNullable<MapContours['fittedBand']>[number] {
  const stepsOf = (end: 'low' | 'high') => {
    const moved = { ...fit, cells: fit.cells.map((cell) => (cell === null ? null : { ...cell, estimate: cell[end] })) }
    return contour(cells, level, { fit: moved }).fitted?.steps ?? []
  }
  return { low: stepsOf('high'), high: stepsOf('low') }
}

function surfaceCell({ x, y, cell }: PlacedCell): SurfaceCell {
  const { outcomes, trials, gaps, theory } = cell
  const { exact, simulated } = theory.bornDead
  const value = exact === null ? simulated : { estimate: exact, standardError: 0 }
  const { born_dead: bornDead, died_in_training: died, collapsed_functional: constant } = outcomes
  return { x, y, trials, gaps, bornDead, collapsed: bornDead + died + constant, theory: value }
}

/** Over so large a ratio a parameter is one of scale. */
const LOG_RATIO = 10

function axisOf(name: string, values: readonly number[]): Axis {
  if (name === 'depth') return DEPTH_AXIS
  if (name === 'width') return WIDTH_AXIS
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least > 0 && most >= LOG_RATIO * least ? logAxis(name) : linearAxis(name)
}
