import { element } from '../figure/element.ts'
import { runs } from './line.ts'
import { coordinate } from './style.ts'

/** A lower and an upper end above one place, in pixels. */
export interface Span {
  readonly x: number
  readonly low: number
  readonly high: number
}

export interface BandStyle {
  readonly colour: string
  readonly opacity: number
  /** Of its two edges; default solid. */
  readonly dashes?: string
}

/** The area between two lines, with thin edges that remain where the fill is lost in print. */
export function bandMark(spans: readonly (Span | null)[], { colour, opacity, dashes = 'none' }: BandStyle): string {
  const stretches = runs(spans)
  if (stretches.length === 0) return ''
  const area = stretches.map((run) => `M${edge(run, 'high')} L${edge(run.toReversed(), 'low')} Z`).join(' ')
  const edges = stretches.map((run) => `M${edge(run, 'high')} M${edge(run, 'low')}`).join(' ')
  const style = { 'stroke': colour, 'stroke-width': 1, 'stroke-opacity': Math.min(1, 3 * opacity), 'stroke-dasharray': dashes }
  return (
    element('path', { d: area, 'fill': colour, 'fill-opacity': opacity }) +
    element('path', { d: edges, fill: 'none', ...style })
  )
}

/** A stretch of one place is as wide as a hair, so that it can be seen. */
function edge(spans: readonly Span[], end: 'low' | 'high'): string {
  const points = spans.map((span) => `${coordinate(span.x)},${coordinate(span[end])}`)
  const [only] = spans
  const hair = spans.length === 1 && only !== undefined ? [`${coordinate(only.x + 1)},${coordinate(only[end])}`] : []
  return [...points, ...hair].join(' L')
}
