import { element } from '../figure/element.ts'
import type { Span } from './band.ts'
import { coordinate } from './style.ts'

/** Half the width of the ends, in pixels. */
const CAP = 3

/** Intervals as upright lines with ends, in a white rim; level ones where asked for, x then being their height. */
export function whiskersMark(spans: readonly Span[], colour: string, isLevel = false): string {
  if (spans.length === 0) return ''
  const point = (x: number, y: number): string => (isLevel ? [y, x] : [x, y]).map(coordinate).join(',')
  const cap = (x: number, y: number): string => `M${point(x - CAP, y)}L${point(x + CAP, y)}`
  const d = spans.map(({ x, low, high }) => `${cap(x, low)}M${point(x, low)}L${point(x, high)}${cap(x, high)}`).join('')
  const rim = element('path', { d, 'fill': 'none', 'stroke': '#ffffff', 'stroke-width': 3 })
  return rim + element('path', { d, 'fill': 'none', 'stroke': colour, 'stroke-width': 1.2 })
}
