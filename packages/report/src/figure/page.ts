import type { Caption } from './captions.ts'
import { element, title } from './element.ts'
import { FONT_FAMILY } from './typography.ts'

/** Around a page. */
const MARGIN = 24
/** Between two blocks. */
const GAP = 18

interface PageOptions {
  /** What a browser and a screen reader call the picture. */
  readonly title: string
  /** Of the blocks, in pixels. */
  readonly width: number
  /** Patterns that the blocks refer to, as markup. */
  readonly defs?: string
}

/** Blocks one below the other on a white page: a self-contained SVG 1.1 document, ended by a line feed. */
export function page(options: PageOptions, blocks: readonly Caption[]): string {
  let y = MARGIN
  const placed = blocks.map(({ markup, height }) => {
    const group = element('g', { transform: `translate(${MARGIN} ${round(y)})` }, markup)
    y += height + GAP
    return group
  })
  const [width, height] = [Math.ceil(options.width + 2 * MARGIN), Math.ceil(y - GAP + MARGIN)]
  const attributes = {
    'xmlns': 'http://www.w3.org/2000/svg',
    width,
    height,
    'viewBox': `0 0 ${width} ${height}`,
    'role': 'img',
    'font-family': FONT_FAMILY,
  }
  const background = element('rect', { width, height, fill: '#ffffff' })
  return `${element('svg', attributes, title(options.title), options.defs ?? '', background, ...placed)}\n`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
