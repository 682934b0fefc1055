import { element } from '../figure/element.ts'
import { coordinate } from './style.ts'
import type { Pixel } from './style.ts'

export interface LineStyle {
  readonly colour: string
  /** In pixels; default 2. */
  readonly width?: number
  readonly dashes?: string
  /** Whether it has a white rim, which parts it from what lies below; default yes. */
  readonly hasRim?: boolean
}

/** A line through points in the order given, broken where one is missing. */
export function lineMark(points: readonly (Pixel | null)[], { colour, width = 2, dashes = 'none', hasRim = true }: LineStyle): string {
  const d = runs(points).map(thinned).map(pathText).join(' ')
  if (d === '') return ''
  const line = { d, 'fill': 'none', 'stroke-linejoin': 'round' }
  const rim = element('path', { ...line, 'stroke': '#ffffff', 'stroke-width': width + 2 })
  return (hasRim ? rim : '') + element('path', { ...line, 'stroke': colour, 'stroke-width': width, 'stroke-dasharray': dashes })
}

/** The longest stretches without a missing point. */
export function runs<Point>(points: readonly (Point | null)[]): Point[][] {
  const stretches: Point[][] = [[]]
  for (const point of points) {
    if (point === null) stretches.push([])
    else stretches.at(-1)?.push(point)
  }
  return stretches.filter((stretch) => stretch.length > 0)
}

/** Above this many points a line is thinned. */
const FEW = 2000

/**
 * Of the points within one column of pixels the first, the lowest, the highest and the last: the picture is the
 * same and its file stays small (Jugel, Jerzak, Hackenbroich, Markl 2014, "M4").
 */
function thinned(points: readonly Pixel[]): readonly Pixel[] {
  if (points.length <= FEW) return points
  const kept: Pixel[] = []
  for (let start = 0, end = 0; start < points.length; start = end) {
    const column = Math.floor(points[start]?.[0] ?? 0)
    while (end < points.length && Math.floor(points[end]?.[0] ?? 0) === column) end++
    kept.push(...ends(points.slice(start, end)))
  }
  return kept
}

function ends(column: readonly Pixel[]): Pixel[] {
  const byHeight = column.map((_, index) => index).toSorted((a, b) => (column[a]?.[1] ?? 0) - (column[b]?.[1] ?? 0))
  const chosen = new Set([0, byHeight[0] ?? 0, byHeight.at(-1) ?? 0, column.length - 1])
  return column.filter((_, index) => chosen.has(index))
}

/** A single point becomes a line of no length, which is not drawn: it needs a dot. */
function pathText(points: readonly Pixel[]): string {
  return `M${points.map(([x, y]) => `${coordinate(x)},${coordinate(y)}`).join(' L')}`
}
