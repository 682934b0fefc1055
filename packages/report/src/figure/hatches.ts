import type { Box } from './cells.ts'
import { element } from './element.ts'
import { INK } from './typography.ts'

const UPWARDS = 'M-1.5,1.5 L1.5,-1.5 M0,6 L6,0 M4.5,7.5 L7.5,4.5'
/** The other way, so that a cell that is undecided in both senses shows a lattice. */
const DOWNWARDS = 'M-1.5,4.5 L1.5,7.5 M0,0 L6,6 M4.5,-1.5 L7.5,1.5'

/** Diagonal lines over undecided cells, dark on light colours and light on dark ones; where asked for, those of a band. */
export function hatchPatterns({ band }: { readonly band: boolean }): string {
  const hatches = [pattern('hatch-dark', UPWARDS, [INK, 0.34]), pattern('hatch-light', UPWARDS, ['#ffffff', 0.42])]
  const bands = [pattern('band-dark', DOWNWARDS, [INK, 0.34]), pattern('band-light', DOWNWARDS, ['#ffffff', 0.42])]
  return element('defs', {}, ...hatches, ...(band ? bands : []))
}

function pattern(id: string, d: string, [stroke, opacity]: readonly [stroke: string, opacity: number]): string {
  const line = element('path', { d, stroke, 'stroke-width': 1, 'stroke-opacity': opacity })
  return element('pattern', { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, line)
}

/** Over a cell whose interval contains a level. */
export function hatchMark(box: Box, light: boolean): string {
  return element('rect', { ...box, fill: light ? 'url(#hatch-dark)' : 'url(#hatch-light)' })
}

/** Over a cell that a fitted contour leaves undecided. */
export function bandHatch(box: Box, light: boolean): string {
  return element('rect', { ...box, fill: light ? 'url(#band-dark)' : 'url(#band-light)' })
}
