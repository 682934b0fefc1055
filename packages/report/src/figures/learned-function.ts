import { element } from '../figure/element.ts'
import { INK } from '../figure/typography.ts'
import { dotsMark } from '../plot/dots.ts'
import { CONTENT_WIDTH, frame, noData, plotOf } from '../plot/frame.ts'
import type { Plot } from '../plot/frame.ts'
import { legendRows, SAMPLE } from '../plot/legend.ts'
import { lineMark } from '../plot/line.ts'
import type { Axis } from '../plot/scale.ts'
import { coordinate, SERIES_COLOURS, THEORY_DASHES } from '../plot/style.ts'
import type { Pixel } from '../plot/style.ts'
import { countText } from '../percent.ts'
import { figurePage, omissionNotes } from './figure-page.ts'
import type { Captions } from './figure-page.ts'

interface Point {
  readonly x: number
  readonly y: number
}

/** What one network of one input has learned. */
export interface LearnedFunction extends Captions {
  /** Default: x and f(x). */
  readonly x?: Axis
  readonly y?: Axis
  /** The network, ascending in x: at its breakpoints and at the ends for a piecewise affine one, else densely. */
  readonly network: readonly Point[]
  /** What it should have learned, densely enough to be drawn as a line. */
  readonly target?: readonly Point[]
  /** The points that it was trained on. */
  readonly data?: readonly Point[]
  /** Where the slope changes, ascending. */
  readonly breakpoints?: readonly number[]
  /** Affine pieces; a truncated count is a lower bound. */
  readonly pieces?: { readonly count: number; readonly isLowerBound?: boolean }
}

/** Grey dots wide enough to be seen below the lines, which they mostly lie on. */
const DATA = { colour: '#8c8c8c', shape: 'circle', radius: 3.6 } as const
const NETWORK = { colour: SERIES_COLOURS[1], width: 2.4, hasRim: false }
const TARGET = { colour: SERIES_COLOURS[2], width: 1.4, dashes: THEORY_DASHES, hasRim: false }
/** Height of the strip below the function in which breakpoints stand. */
const TICK_LENGTH = 9

/** The figure as a self-contained SVG document: the function solid over the target, breakpoints as ticks on the axis. */
export function learnedFunctionOf(figure: LearnedFunction): string {
  const { network, target = [], data = [], breakpoints = [] } = figure
  const points = [...network, ...target, ...data]
  const axes = { x: figure.x ?? { label: 'x' }, y: figure.y ?? { label: 'f(x)' } }
  const plot = plotOf({ axes, values: { x: [...points.map(({ x }) => x), ...breakpoints], y: points.map(({ y }) => y) } })
  const pixels = (list: readonly Point[]): (Pixel | null)[] => list.map((point) => pixelOf(plot, point))
  const marks = [
    dotsMark(pixels(data).filter((pixel) => pixel !== null), DATA),
    lineMark(pixels(network), NETWORK),
    lineMark(pixels(target), TARGET),
    breakpointMarks(plot, breakpoints),
    points.every((point) => pixelOf(plot, point) === null) ? noData(plot) : '',
  ]
  const omitted = omissionNotes({ pinned: 0, beyond: points.filter(({ x, y }) => plot.x.isBeyond(x) || plot.y.isBeyond(y)).length })
  return figurePage(figure, [frame(plot, marks.join('')), legendOf(figure)], omitted)
}

function pixelOf({ x, y }: Plot, point: Point): Pixel | null {
  const [across, up] = [x.place(point.x), y.place(point.y)]
  return across === null || up === null ? null : [across, up]
}

function breakpointMarks({ x, height }: Plot, breakpoints: readonly number[]): string {
  const places = breakpoints.flatMap((breakpoint) => x.place(breakpoint) ?? [])
  if (places.length === 0) return ''
  const d = places.map((place) => `M${coordinate(place)},${height}v${-TICK_LENGTH}`).join('')
  return element('path', { d, 'stroke': INK, 'stroke-width': 1.4 })
}

function legendOf({ target = [], data = [], breakpoints, pieces }: LearnedFunction) {
  const [middle, end] = [SAMPLE.height / 2, SAMPLE.width]
  const line: readonly Pixel[] = [[0, middle], [end, middle]]
  const tick = element('path', { d: `M${end / 2},${middle - 5}v10`, 'stroke': INK, 'stroke-width': 1.4 })
  const count = pieces === undefined ? '' : piecesText(pieces)
  const label = breakpoints === undefined ? count : `breakpoint${count === '' ? '' : ` (${count})`}`
  const items = [
    { occurs: true, label: 'network', sample: lineMark(line, NETWORK) },
    { occurs: target.length > 0, label: 'target', sample: lineMark(line, TARGET) },
    { occurs: data.length > 0, label: 'training points', sample: dotsMark([[end / 2, middle]], DATA) },
    { occurs: label !== '', label, sample: breakpoints === undefined ? '' : tick },
  ]
  return legendRows(items.filter(({ occurs }) => occurs), CONTENT_WIDTH)
}

function piecesText({ count, isLowerBound = false }: NonNullable<LearnedFunction['pieces']>): string {
  return `${isLowerBound ? 'at least ' : ''}${countText(count)} affine ${count === 1 ? 'piece' : 'pieces'}`
}
