import { element, text } from '../figure/element.ts'
import { FAINT_INK, INK, textWidth } from '../figure/typography.ts'
import { cut, printable } from '../text.ts'
import type { Scale } from './scale.ts'
import type { Pixel } from './style.ts'

/** Of the outer circle and of the hole in which small radii would run into each other, in pixels. */
export const POLAR_RADIUS = 190
export const POLAR_HOLE = 24
/** Of a label of the rim from the outer circle. */
const RIM = 16
const SIZE = 11
/** Longer labels of rays would leave the page. */
const MOST_LABEL = 22
const GRID = '#d6d6d6'

/** The pixel of an angle (radians, anticlockwise from the right) and a radius, around the origin. */
export function polarPixel(angle: number, radius: number): Pixel {
  return [radius * Math.cos(angle), -radius * Math.sin(angle)]
}

/** Circles with the values of the radius, spokes every 45 degrees with theirs. */
export function polarFrame(radius: Scale): string {
  const circles = radius.ticks.map(({ value }) => element('circle', { r: radius.place(value) ?? 0, fill: 'none', stroke: GRID }))
  const spokes = Array.from({ length: 8 }, (_, eighth) => {
    const angle = (eighth * Math.PI) / 4
    const [[x1, y1], [x2, y2]] = [polarPixel(angle, POLAR_HOLE), polarPixel(angle, POLAR_RADIUS)]
    return element('line', { x1, y1, x2, y2, stroke: GRID }) + rimText(`${45 * eighth}°`, { angle, level: 0, colour: FAINT_INK })
  })
  const rim = element('circle', { r: POLAR_RADIUS, fill: 'none', stroke: INK })
  return [...circles, ...spokes, rim].join('')
}

/** The values of the radius, to be drawn over the marks. */
export function polarTicks(radius: Scale): string {
  return radius.ticks
    .map(({ value, text: label }) => {
      const [x, y] = polarPixel(-Math.PI / 8, radius.place(value) ?? 0)
      return text(label, { x, 'y': y + 4, 'font-size': SIZE - 1, 'text-anchor': 'middle', 'fill': INK, ...RIMMED })
    })
    .join('')
}

const RIMMED = { 'stroke': '#ffffff', 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }

interface RimPlace {
  readonly angle: number
  /** Lines further out. */
  readonly level: number
  readonly colour: string
}

function rimText(label: string, { angle, level, colour }: RimPlace): string {
  const [x, y] = polarPixel(angle, POLAR_RADIUS + RIM + level * 15)
  const across = Math.cos(angle)
  const anchor = Math.abs(across) < 0.3 ? 'middle' : across > 0 ? 'start' : 'end'
  return text(label, { 'x': x - 6 * Math.sign(Math.round(across)), 'y': y + 4, 'font-size': SIZE, 'text-anchor': anchor, 'fill': colour })
}

/** A predicted direction: from the hole beyond the outer circle. */
export interface Ray {
  /** In radians. */
  readonly angle: number
  readonly label: string
  readonly colour: string
}

/** Rays with labels at their ends; a label that would touch another, or that of a spoke, is moved outwards. */
export function rays(list: readonly Ray[]): string {
  const taken: { x: number; y: number; half: number }[] = Array.from({ length: 8 }, (_, eighth) => boxAt((eighth * Math.PI) / 4, 0, 24))
  return list
    .map(({ angle, label: whole, colour }) => {
      const label = cut(printable(whole), MOST_LABEL)
      const [[x1, y1], [x2, y2]] = [polarPixel(angle, POLAR_HOLE), polarPixel(angle, POLAR_RADIUS + 8)]
      const line = { x1, y1, x2, y2 }
      const rim = element('line', { ...line, 'stroke': '#ffffff', 'stroke-width': 3.4 })
      const ray = rim + element('line', { ...line, 'stroke': colour, 'stroke-width': 1.6, 'stroke-dasharray': '7 4' })
      if (label === '') return ray
      const length = textWidth(label, SIZE)
      const level = [0, 1, 2, 3].find((candidate) => !taken.some((box) => touches(box, boxAt(angle, candidate, length)))) ?? 4
      taken.push(boxAt(angle, level, length))
      return ray + rimText(label, { angle, level, colour })
    })
    .join('')
}

function boxAt(angle: number, level: number, length: number): { x: number; y: number; half: number } {
  const [x, y] = polarPixel(angle, POLAR_RADIUS + RIM + level * 15)
  const across = Math.cos(angle)
  return { x: Math.abs(across) < 0.3 ? x : x + (Math.sign(across) * length) / 2, y, half: length / 2 }
}

function touches(a: { x: number; y: number; half: number }, b: { x: number; y: number; half: number }): boolean {
  return Math.abs(a.x - b.x) < a.half + b.half + 4 && Math.abs(a.y - b.y) < 13
}
