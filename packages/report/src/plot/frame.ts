import type { Caption } from '../figure/captions.ts'
import { element, text } from '../figure/element.ts'
import { charactersIn, FAINT_INK, INK, textWidth } from '../figure/typography.ts'
import { cut } from '../text.ts'
import { scaleOf } from './scale.ts'
import type { Axis, Scale } from './scale.ts'
import { coordinate } from './style.ts'

/** Of every figure with axes, in pixels. */
export const CONTENT_WIDTH = 736
const TICK_SIZE = 11
const NAME_SIZE = 12
const GRID = '#e4e4e4'
/** Above the frame, for the upper half of a label; to its right, for half of one. */
const SPACE = { above: 8, right: 16, below: 46 }

/** Two axes and the place of the frame between them. */
export interface Plot {
  readonly axes: { readonly x: Axis; readonly y: Axis }
  readonly x: Scale
  readonly y: Scale
  /** Of the frame, in pixels. */
  readonly left: number
  readonly width: number
  readonly height: number
}

interface PlotOptions {
  readonly axes: Plot['axes']
  /** All values that must find a place. */
  readonly values: { readonly x: Iterable<number | null>; readonly y: Iterable<number | null> }
  /** Of the frame in pixels; default 360. */
  readonly height?: number
}

/** Scales for the values, and a frame that leaves room for the labels. */
export function plotOf({ axes, values, height = 360 }: PlotOptions): Plot {
  const y = scaleOf(axes.y, { values: values.y, range: [height, 0], count: 7 })
  const widest = y.ticks.reduce((most, tick) => Math.max(most, textWidth(tick.text, TICK_SIZE)), 0)
  const left = Math.ceil(NAME_SIZE + 12 + widest + 8)
  const width = CONTENT_WIDTH - left - SPACE.right
  return { axes, x: scaleOf(axes.x, { values: values.x, range: [0, width], count: 9 }), y, left, width, height }
}

/** The frame with its grid, its labels, and the marks, which end at its edge; the origin of the marks is its upper left. */
export function frame(plot: Plot, marks: string): Caption {
  const { left, width, height } = plot
  const clip = element('clipPath', { id: 'frame' }, element('rect', { x: -5, y: -5, width: width + 10, height: height + 10 }))
  const inner = element('g', { 'clip-path': 'url(#frame)' }, marks)
  const markup = element(
    'g',
    { transform: `translate(${left} ${SPACE.above})` },
    element('defs', {}, clip),
    ...xTicks(plot),
    ...yTicks(plot),
    inner,
    element('path', { d: `M0,0V${height}H${coordinate(width)}`, fill: 'none', stroke: INK }),
    nameText(plot.axes.x.label, { x: width / 2, y: height + 38 }, width),
    nameText(plot.axes.y.label, { x: 12 - left, y: height / 2, transform: `rotate(-90 ${12 - left} ${height / 2})` }, height),
  )
  return { markup, height: SPACE.above + height + SPACE.below }
}

/** What stands in a frame without a single value. */
export function noData({ width, height }: Plot): string {
  return text('no data', { 'x': width / 2, 'y': height / 2, 'font-size': 14, 'text-anchor': 'middle', 'fill': FAINT_INK })
}

function xTicks({ x, height }: Plot): string[] {
  let end = -Infinity
  return x.ticks.flatMap(({ value, text: label }) => {
    const place = x.place(value) ?? 0
    const half = textWidth(label, TICK_SIZE) / 2
    const line = element('line', { x1: place, x2: place, y1: 0, y2: height, stroke: GRID })
    if (place - half < end + 6) return [line]
    end = place + half
    return [line, text(label, { 'x': place, 'y': height + 17, 'font-size': TICK_SIZE, 'text-anchor': 'middle', 'fill': INK })]
  })
}

function yTicks({ y, width }: Plot): string[] {
  return y.ticks.flatMap(({ value, text: label }) => {
    const place = y.place(value) ?? 0
    const line = element('line', { x1: 0, x2: width, y1: place, y2: place, stroke: GRID })
    const type = { 'font-size': TICK_SIZE, 'text-anchor': 'end', 'fill': INK }
    return [line, text(label, { x: -8, y: place + 0.36 * TICK_SIZE, ...type })]
  })
}

function nameText(name: string, place: Readonly<Record<string, string | number>>, length: number): string {
  return text(cut(name, charactersIn(length, NAME_SIZE)), {
    ...place,
    'font-size': NAME_SIZE,
    'text-anchor': 'middle',
    'fill': FAINT_INK,
  })
}
