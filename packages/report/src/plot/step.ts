import { element } from '../figure/element.ts'
import { coordinate } from './style.ts'

/** A bar of a histogram in pixels; its foot is that of the frame. */
export interface Bar {
  readonly left: number
  readonly right: number
  readonly top: number
}

/** Bars side by side, filled faintly under one outline, as they share their bounds. */
export function stepMark(bars: readonly Bar[], foot: number, colour: string): string {
  if (bars.length === 0) return ''
  const d = bars
    .map(({ left, right, top }) => {
      const [x1, x2, y1, y2] = [left, right, top, foot].map(coordinate)
      return `M${x1},${y2}V${y1}H${x2}V${y2}Z`
    })
    .join('')
  return element('path', { d, 'fill': colour, 'fill-opacity': 0.22, 'stroke': colour, 'stroke-width': 1 })
}
