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
  /** Whether P(collapse) grows or falls with x: the staircases stop at the largest, or at the smallest x below the level. */
  readonly direction: 'increasing' | 'decreasing'
  /** Of the smooth surface: whether its residual checks let it be drawn. */
  readonly fit: Pick<SurfaceFit, 'fitted' | 'verdict' | 'reason' | 'checks'>
  /** [level] as asked for; verdicts [cell] as given. */
  readonly contours: readonly Contour[]
  /** By the ends of the fit's pointwise band, [level]: where the curve of the fit may run; null unless it fits. */
  readonly fittedBand: readonly { readonly low: Contour['observed']['steps']; readonly high: Contour['observed']['steps'] }[] | null
}

/** Growing depth collapses, growing width saves: proved for the born dead, an assumption for the trained. */
const SHAPE_MONOTONY: Monotony = { x: 'increasing', y: 'decreasing' }

/**
 * Contours of P(collapse) over one map, from the safe side of x: the small values where collapse grows with x, else the large ones.
 * @throws RangeError on levels outside (0, 1), and for `monotone` unless x is depth and y is width on a full grid
 */
export function mapContours(placed: readonly PlacedCell[], question: ContourQuestion): MapContours {
  const { levels, x, y, confidence = 0.95, monotone = false } = question
  if (monotone && (x !== 'depth' || y !== 'width')) {
    throw new RangeError(`invalid monotone for ${x} and ${y}: it is an assumption about depth and width`)
  }
  const direction = directionOf(placed, x)
  const sign = direction === 'increasing' ? 1 : -1
  const cells = placed.map(surfaceCell).map((cell) => ({ ...cell, x: sign * cell.x }))
  const monotony = monotone ? SHAPE_MONOTONY : null
  const along = axisOf(x, placed.map((cell) => cell.x))
  const axes = { x: { name: x, scale: (value: number) => along.scale(sign * value) }, y: axisOf(y, cells.map((cell) => cell.y)) }
  const fit = fitSurface(cells, { ...axes, monotony, level: confidence })
  const { fitted, verdict, reason, checks } = fit
  const band = verdict === 'fits' ? levels.map((level) => bandOf(cells, fit, level)) : null
  return {
    direction,
    fit: { fitted, verdict, reason, checks },
    contours: levels.map((level) => turned(contour(cells, level, { fit, monotony, confidence }), sign)),
    fittedBand: band?.map(({ low, high }) => ({ low: turnedSteps(low, sign), high: turnedSteps(high, sign) })) ?? null,
  }
}

/** Depth kills and width saves; along another parameter the counts say where most of the collapse is. */
function directionOf(placed: readonly PlacedCell[], x: string): MapContours['direction'] {
  if (x === 'depth') return 'increasing'
  if (x === 'width') return 'decreasing'
  const counted = placed.filter(({ cell }) => cell.collapse.estimate !== null)
  const middle = counted.reduce((sum, cell) => sum + cell.x, 0) / Math.max(1, counted.length)
  const slope = counted.reduce((sum, { x: value, cell }) => sum + (value - middle) * (cell.collapse.estimate ?? 0), 0)
  return slope < 0 ? 'decreasing' : 'increasing'
}

/** Back to the values of x, which were turned so that the unsafe side is the large one. */
function turned(contour: Contour, sign: number): Contour {
  const band = contour.band.map((step) => ({ ...step, below: times(step.below, sign), above: times(step.above, sign) }))
  const observed = { ...contour.observed, steps: turnedSteps(contour.observed.steps, sign) }
  const fitted = contour.fitted === null ? null : { ...contour.fitted, steps: turnedSteps(contour.fitted.steps, sign) }
  return { ...contour, band, observed, fitted }
}

function turnedSteps(steps: Contour['observed']['steps'], sign: number): Contour['observed']['steps'] {
  return steps.map((step) => ({ ...step, x: times(step.x, sign) }))
}

function times(value: number | null, sign: number): number | null {
  return value === null ? null : sign * value
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
