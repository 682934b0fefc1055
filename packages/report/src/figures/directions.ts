import type { Caption } from '../figure/captions.ts'
import { element, text } from '../figure/element.ts'
import { FAINT_INK, INK } from '../figure/typography.ts'
import { dotsMark } from '../plot/dots.ts'
import { CONTENT_WIDTH } from '../plot/frame.ts'
import { legendRows, SAMPLE } from '../plot/legend.ts'
import { lineMark, runs } from '../plot/line.ts'
import { POLAR_HOLE, POLAR_RADIUS, polarFrame, polarPixel, polarTicks, rays } from '../plot/polar.ts'
import { scaleOf } from '../plot/scale.ts'
import type { Axis, Scale } from '../plot/scale.ts'
import { MOST_SERIES, seriesStyle, THEORY_DASHES } from '../plot/style.ts'
import type { Pixel, SeriesStyle } from '../plot/style.ts'
import { figurePage, omissionNotes } from './figure-page.ts'
import type { Captions } from './figure-page.ts'

/** Where a unit stood at one time. */
export interface Direction {
  /** atan2(bias, weight) of a unit with one input, in radians. */
  readonly angle: number
  /** The amplitude, or the step. */
  readonly radius: number
}

/** A unit of the first layer over time, the last entry being the end of training. */
export interface UnitTrace {
  readonly trace: readonly Direction[]
  /** Units of one group share a colour and a shape: the sign of the output weight, or the layer. */
  readonly group?: string
}

/** Directions of weight vectors over time. */
export interface Directions extends Captions {
  /** Logarithmic unless it says otherwise. */
  readonly radius: Axis
  readonly units: readonly UnitTrace[]
  /** Predicted directions, in radians; those of a group in its colour. */
  readonly rays?: readonly { readonly angle: number; readonly label?: string; readonly group?: string }[]
}

/** Beyond this many units their dots are small. */
const FEW = 400
/** Around the outer circle, for labels. */
const AROUND = 62

/**
 * The figure as a self-contained SVG document: each unit a thin trail from its first to its last direction, which
 * has the dot. Times at which a direction or a radius is not a number are left out; a radius at or below 0 on a
 * logarithmic axis stands at the hole in the middle, hollow.
 * @throws RangeError for more groups than colours and shapes tell apart.
 */
export function directionsOf(figure: Directions): string {
  const axis: Axis = { scale: 'log', ...figure.radius }
  const values = figure.units.flatMap(({ trace }) => trace.map(({ radius }) => radius))
  const radius = scaleOf(axis, { values, range: [POLAR_HOLE, POLAR_RADIUS], count: 4 })
  const styles = stylesOf(figure)
  const units = figure.units.map((unit) => ({ unit, style: styles.get(unit.group ?? '') ?? seriesStyle(0) }))
  const predicted = (figure.rays ?? []).filter(({ angle }) => Number.isFinite(angle))
  const ends = [...styles.values()].map((style) =>
    endMarks(units.filter((unit) => unit.style === style).map(({ unit }) => unit), radius, style),
  )
  const rayMarks = rays(
    predicted.map(({ angle, label = '', group = '' }) => ({ angle, label, colour: styles.get(group)?.colour ?? INK })),
  )
  const marks = [
    polarFrame(radius),
    ...units.map(({ unit, style }) => trailMark(unit, radius, style)),
    // Many dots would hide a ray, which in turn would hide a few.
    ...(units.length > FEW ? [...ends, rayMarks] : [rayMarks, ...ends]),
    polarTicks(radius),
  ]
  const side = 2 * (POLAR_RADIUS + AROUND)
  const transform = `translate(${CONTENT_WIDTH / 2} ${side / 2})`
  const nothing = units.every(({ unit }) => lastOf(unit, radius) === null) ? noData() : ''
  const circle: Caption = { markup: element('g', { transform }, ...marks, nothing), height: side }
  const omitted = omissionNotes({
    pinned: values.filter((value) => radius.isPinned(value)).length,
    beyond: values.filter((value) => radius.isBeyond(value)).length,
  })
  return figurePage(figure, [circle, legendOf(figure, styles)], [`From the middle outwards: ${axis.label}.`, ...omitted])
}

function stylesOf({ units, rays: predicted = [] }: Directions): ReadonlyMap<string, SeriesStyle> {
  const groups = [...new Set([...units.map(({ group = '' }) => group), ...predicted.flatMap(({ group }) => group ?? [])])]
  if (groups.length > MOST_SERIES) {
    throw new RangeError(`invalid units: ${groups.length} groups (accepted: at most ${MOST_SERIES}, to be told apart)`)
  }
  return new Map(groups.map((group, index) => [group, seriesStyle(index)]))
}

function pixelOf({ angle, radius }: Direction, scale: Scale): Pixel | null {
  const place = scale.isBeyond(radius) ? null : scale.place(radius)
  return place === null || !Number.isFinite(angle) ? null : polarPixel(angle, place)
}

function lastOf({ trace }: UnitTrace, scale: Scale): { pixel: Pixel; isPinned: boolean } | null {
  const last = trace.findLast((direction) => pixelOf(direction, scale) !== null)
  const pixel = last === undefined ? null : pixelOf(last, scale)
  return last === undefined || pixel === null ? null : { pixel, isPinned: scale.isPinned(last.radius) }
}

function trailMark({ trace }: UnitTrace, scale: Scale, { colour }: SeriesStyle): string {
  const stretches = runs(trace.map((direction) => pixelOf(direction, scale))).filter((run) => run.length > 1)
  const line = stretches.flatMap((run, index) => (index === 0 ? run : [null, ...run]))
  return element('g', { opacity: 0.45 }, lineMark(line, { colour, width: 1 }))
}

function endMarks(units: readonly UnitTrace[], scale: Scale, style: SeriesStyle): string {
  const ends = units.map((unit) => lastOf(unit, scale)).filter((end) => end !== null)
  const radius = units.length > FEW ? 2 : 3.6
  const dots = (isPinned: boolean): Pixel[] => ends.filter((end) => end.isPinned === isPinned).map(({ pixel }) => pixel)
  return dotsMark(dots(false), { ...style, radius }) + dotsMark(dots(true), { ...style, radius, hollow: true })
}

function noData(): string {
  return text('no data', { 'x': 0, 'y': -40, 'font-size': 14, 'text-anchor': 'middle', 'fill': FAINT_INK })
}

function legendOf({ units, rays: predicted = [] }: Directions, styles: ReadonlyMap<string, SeriesStyle>): Caption {
  const middle = SAMPLE.height / 2
  const line: readonly Pixel[] = [[0, middle], [SAMPLE.width, middle]]
  const groups = [...new Set(units.map(({ group = '' }) => group))].map((group) => {
    const style = styles.get(group) ?? seriesStyle(0)
    const trail = element('g', { opacity: 0.45 }, lineMark(line, { colour: style.colour, width: 1 }))
    return { label: group === '' ? 'unit: trail and end' : group, sample: trail + dotsMark([[SAMPLE.width, middle]], style) }
  })
  const ray = { label: 'predicted direction', sample: lineMark(line, { colour: INK, width: 1.6, dashes: THEORY_DASHES }) }
  return legendRows([...groups, ...(predicted.length > 0 ? [ray] : [])], CONTENT_WIDTH)
}
