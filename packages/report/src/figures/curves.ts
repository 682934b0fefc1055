import { INK } from '../figure/typography.ts'
import { bandMark } from '../plot/band.ts'
import type { Span } from '../plot/band.ts'
import { dotsMark } from '../plot/dots.ts'
import { frame, noData, plotOf } from '../plot/frame.ts'
import type { Plot } from '../plot/frame.ts'
import { lineMark } from '../plot/line.ts'
import { rulesMark } from '../plot/rule.ts'
import type { Axis } from '../plot/scale.ts'
import type { Pixel, SeriesStyle } from '../plot/style.ts'
import { whiskersMark } from '../plot/whiskers.ts'
import { curveLegend } from './curve-legend.ts'
import { AREA_STYLE, BAND_OPACITY, measuredLine, MOST_DOTS, styleOf, stylesOf, theoryLine } from './curve-styles.ts'
import type { GroupStyles } from './curve-styles.ts'
import { figurePage, omissionNotes } from './figure-page.ts'
import type { Captions } from './figure-page.ts'

/** A value over a place, with its interval where it has one; null or NaN where there is none. */
export interface CurvePoint {
  readonly x: number
  readonly y: number | null
  readonly low?: number | null
  readonly high?: number | null
}

/** Two ends over a place, as of a quantile range or of two bounds. */
export interface Range {
  readonly x: number
  readonly low: number | null
  readonly high: number | null
}

/** An area over the places; equal names share one line of the legend. */
export interface Band {
  readonly name: string
  /** Ascending in x. */
  readonly ranges: readonly Range[]
  /** Whose colour it takes; default that of the curve it belongs to, else dark grey. */
  readonly group?: string
}

export interface Curve {
  /** In the legend; theories of one name share one line of it. */
  readonly name: string
  /** What was counted is solid with dots, what is predicted dashed. Default measured. */
  readonly kind?: 'measured' | 'theory'
  /** Curves of one group share a colour and a shape; default the name. */
  readonly group?: string
  /** Ascending in x. */
  readonly points: readonly CurvePoint[]
  /** Widest first. */
  readonly bands?: readonly Omit<Band, 'group'>[]
}

/** A value worth a line of its own. */
export interface Rule {
  readonly axis: 'x' | 'y'
  readonly value: number
  readonly label: string
}

/** Curves over one axis, with intervals and bands. */
export interface Curves extends Captions {
  readonly x: Axis
  readonly y: Axis
  readonly curves: readonly Curve[]
  /** Areas behind the curves, as between two proved bounds. */
  readonly areas?: readonly Band[]
  readonly rules?: readonly Rule[]
}

/**
 * The figure as a self-contained SVG document. Lines break where there is no value; zero and less on a logarithmic
 * axis stand at its edge as hollow dots, and a note says how many.
 * @throws RangeError for more groups than colours and shapes tell apart, or an axis that is no axis.
 */
export function curvesOf(figure: Curves): string {
  const styles = stylesOf(figure)
  const plot = plotOf({ axes: figure, values: valuesOf(figure) })
  const isEmpty = figure.curves.every(({ points }) => points.every((point) => pixelOf(plot, point) === null))
  const layers = [
    ...(figure.areas ?? []).map((area) => areaMark(plot, area, styles.get(area.group ?? '')?.colour ?? INK)),
    ...figure.curves.flatMap((curve) => bandMarks(plot, curve, styleOf(styles, curve).colour)),
    ruleMarks(plot, figure.rules ?? []),
    ...curveLayers(plot, figure, styles),
    isEmpty && (figure.areas ?? []).length === 0 ? noData(plot) : '',
  ]
  return figurePage(figure, [frame(plot, layers.join('')), curveLegend(figure, styles)], omissionNotes(omissions(plot, figure)))
}

function valuesOf({ curves, areas = [], rules = [] }: Curves): { x: (number | null)[]; y: (number | null)[] } {
  const points = curves.flatMap((curve) => curve.points)
  const ranges = [...areas, ...curves.flatMap((curve) => curve.bands ?? [])].flatMap((band) => band.ranges)
  const onRules = (axis: 'x' | 'y'): number[] => rules.filter((rule) => rule.axis === axis).map(({ value }) => value)
  return {
    x: [...[...points, ...ranges].map(({ x }) => x), ...onRules('x')],
    y: [
      ...points.flatMap(({ y, low = null, high = null }) => [y, low, high]),
      ...ranges.flatMap(({ low, high }) => [low, high]),
      ...onRules('y'),
    ],
  }
}

function pixelOf({ x, y }: Plot, point: CurvePoint): Pixel | null {
  const [across, up] = [x.place(point.x), y.place(point.y ?? Number.NaN)]
  return across === null || up === null ? null : [across, up]
}

function spanOf({ x, y }: Plot, { x: at, low = null, high = null }: Partial<Range> & { readonly x: number }): Span | null {
  const [across, bottom, top] = [x.place(at), y.place(low ?? Number.NaN), y.place(high ?? Number.NaN)]
  return across === null || bottom === null || top === null ? null : { x: across, low: bottom, high: top }
}

function areaMark(plot: Plot, { ranges }: Band, colour: string): string {
  return bandMark(ranges.map((range) => spanOf(plot, range)), { colour, ...AREA_STYLE })
}

function bandMarks(plot: Plot, { bands = [] }: Curve, colour: string): string[] {
  return bands.map(({ ranges }) => bandMark(ranges.map((range) => spanOf(plot, range)), { colour, opacity: BAND_OPACITY }))
}

function ruleMarks(plot: Plot, rules: readonly Rule[]): string {
  const placed = (axis: 'x' | 'y') =>
    rules.flatMap((rule) => {
      const place = rule.axis === axis ? plot[axis].place(rule.value) : null
      return place === null ? [] : [{ place, label: rule.label }]
    })
  return rulesMark({ upright: placed('x'), level: placed('y') }, plot)
}

/** Measured lines, theories over them, intervals and dots over all: none hides another where they coincide. */
function curveLayers(plot: Plot, figure: Curves, styles: GroupStyles): string[] {
  const measured = figure.curves.filter(({ kind }) => kind !== 'theory')
  const theories = figure.curves.filter(({ kind }) => kind === 'theory')
  const pixels = ({ points }: Curve): (Pixel | null)[] => points.map((point) => pixelOf(plot, point))
  return [
    ...measured.map((curve) => lineMark(pixels(curve), measuredLine(figure, styleOf(styles, curve).colour))),
    ...theories.map((curve) => lineMark(pixels(curve), theoryLine(figure, curve.name, styleOf(styles, curve).colour))),
    ...measured.map((curve) => dotMarks(plot, curve, styleOf(styles, curve))),
  ]
}

function dotMarks(plot: Plot, curve: Curve, style: SeriesStyle): string {
  const pixels = curve.points.map((point) => pixelOf(plot, point))
  const isPinned = ({ x, y }: CurvePoint): boolean => plot.x.isPinned(x) || plot.y.isPinned(y ?? Number.NaN)
  const hasDots = curve.points.length <= MOST_DOTS
  const dots = (hollow: boolean): Pixel[] =>
    pixels.filter((pixel, index): pixel is Pixel => {
      const point = curve.points[index]
      return pixel !== null && point !== undefined && isPinned(point) === hollow && (hollow || hasDots)
    })
  const spans = curve.points.map((point) => spanOf(plot, point)).filter((span) => span !== null)
  return (
    whiskersMark(spans, style.colour) +
    dotsMark(dots(false), style) +
    dotsMark(dots(true), { ...style, hollow: true })
  )
}

function omissions({ x, y }: Plot, { curves }: Curves): { pinned: number; beyond: number } {
  const points = curves.flatMap((curve) => curve.points).filter(({ y }) => y !== null && Number.isFinite(y))
  const count = (holds: (point: CurvePoint) => boolean): number => points.filter(holds).length
  return {
    pinned: count((point) => x.isPinned(point.x) || y.isPinned(point.y ?? Number.NaN)),
    beyond: count((point) => x.isBeyond(point.x) || y.isBeyond(point.y ?? Number.NaN)),
  }
}
