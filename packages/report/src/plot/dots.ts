import { element } from '../figure/element.ts'
import { coordinate } from './style.ts'
import type { Pixel, Shape } from './style.ts'

export interface DotStyle {
  readonly colour: string
  readonly shape: Shape
  /** In pixels; default 3.6. */
  readonly radius?: number
  /** A hollow dot stands at the edge for a value that has no place on the axis. */
  readonly hollow?: boolean
}

/** Dots in a white rim, all of them in one path. */
export function dotsMark(points: readonly Pixel[], { colour, shape, radius = 3.6, hollow = false }: DotStyle): string {
  if (points.length === 0) return ''
  const d = points.map((point) => shapePath(shape, point, radius)).join('')
  return hollow
    ? element('path', { d, 'fill': '#ffffff', 'stroke': colour, 'stroke-width': 1.4 })
    : element('path', { d, 'fill': colour, 'stroke': '#ffffff', 'stroke-width': 1.6, 'paint-order': 'stroke' })
}

/** All shapes have about the same area. */
function shapePath(shape: Shape, [x, y]: Pixel, radius: number): string {
  const at = (dx: number, dy: number): string => `${coordinate(x + dx * radius)},${coordinate(y + dy * radius)}`
  switch (shape) {
    case 'circle':
      return `M${at(-1, 0)}${halfCircle(radius, 2 * radius)}${halfCircle(radius, -2 * radius)}Z`
    case 'square':
      return `M${at(-0.9, -0.9)}L${at(0.9, -0.9)} ${at(0.9, 0.9)} ${at(-0.9, 0.9)}Z`
    case 'triangle':
      return `M${at(0, -1.25)}L${at(1.2, 0.9)} ${at(-1.2, 0.9)}Z`
    case 'diamond':
      return `M${at(0, -1.3)}L${at(1.3, 0)} ${at(0, 1.3)} ${at(-1.3, 0)}Z`
    case 'wedge':
      return `M${at(0, 1.25)}L${at(1.2, -0.9)} ${at(-1.2, -0.9)}Z`
    default:
      return shape satisfies never
  }
}

function halfCircle(radius: number, across: number): string {
  return `a${radius},${radius} 0 1 0 ${coordinate(across)},0`
}
