import type { SweepDocument } from '@collapsar/sweep'
import { mapsOf } from './cell-map.ts'
import type { CellMap } from './cell-map.ts'
import { axes } from './figure/axes.ts'
import { boundaryMarks, theoryCurve } from './figure/boundaries.ts'
import type { TheoryCurve } from './figure/boundaries.ts'
import { footer, header, lines } from './figure/captions.ts'
import type { Caption } from './figure/captions.ts'
import { cellMarks, hatchPatterns } from './figure/cells.ts'
import { element, title } from './figure/element.ts'
import { HEADING_LINE, layoutOf, mapOffset, MARGIN } from './figure/layout.ts'
import type { Layout } from './figure/layout.ts'
import { legend } from './figure/legend.ts'
import { charactersIn, FONT_FAMILY, INK } from './figure/typography.ts'
import { titleOf } from './summary.ts'
import { wrap } from './text.ts'

const HEADING_SIZE = 12

/**
 * The map of P(collapse) over depth (to the right) and width (upwards) as a self-contained SVG 1.1 document:
 * colour on a logarithmic scale, the number in each cell where it fits, undecided cells hatched, places without
 * data white, the 1% and 10% boundaries as staircases, those of the born-dead theory dashed. One map for each
 * setting of the other swept parameters.
 */
export function svgOf(document: SweepDocument): string {
  const maps = mapsOf(document)
  const headingLines = headingHeight(maps)
  const layout = layoutOf(maps, headingLines)
  const theory = theoryCurve(document.cells)
  const figure = maps.map((map, index) => mapMark(map, { layout, theory, headingLines, index }))
  const key = legend(document, theory)
  const [top, bottom] = [header(document, layout.contentWidth), footer(document, layout.contentWidth)]
  const blocks = [top, { markup: figure.join(''), height: layout.mapsHeight }, key, bottom]
  return page(document, layout, blocks)
}

/** Blocks one below the other on a white page. */
function page(document: SweepDocument, layout: Layout, blocks: readonly Caption[]): string {
  const gap = 18
  let y = MARGIN
  const placed = blocks.map(({ markup, height }) => {
    const group = element('g', { transform: `translate(${MARGIN} ${round(y)})` }, markup)
    y += height + gap
    return group
  })
  const [width, height] = [Math.ceil(layout.contentWidth + 2 * MARGIN), Math.ceil(y - gap + MARGIN)]
  const attributes = {
    'xmlns': 'http://www.w3.org/2000/svg',
    width,
    height,
    'viewBox': `0 0 ${width} ${height}`,
    'role': 'img',
    'font-family': FONT_FAMILY,
  }
  const background = element('rect', { width, height, fill: '#ffffff' })
  return `${element('svg', attributes, title(titleOf(document)), hatchPatterns(), background, ...placed)}\n`
}

interface MapPlace {
  readonly layout: Layout
  readonly theory: TheoryCurve | null
  readonly headingLines: number
  readonly index: number
}

function mapMark(map: CellMap, { layout, theory, headingLines, index }: MapPlace): string {
  const { x, y } = mapOffset(layout, index)
  const cells = element(
    'g',
    { transform: `translate(${layout.gutterLeft} ${headingLines * HEADING_LINE})` },
    cellMarks(map, layout),
    boundaryMarks(map, theory, layout),
    axes(map, layout),
  )
  const style = { width: layout.mapWidth, size: HEADING_SIZE, line: HEADING_LINE, colour: INK }
  const heading = map.heading === '' ? '' : lines(map.heading, style).markup
  return element('g', { transform: `translate(${round(x)} ${round(y)})` }, heading, cells)
}

/** Lines that the longest heading takes; the same for every map, so that they line up. */
function headingHeight(maps: readonly CellMap[]): number {
  const { mapWidth } = layoutOf(maps, 0)
  return maps.reduce((most, { heading }) => {
    return heading === '' ? most : Math.max(most, wrap(heading, charactersIn(mapWidth, HEADING_SIZE)).length + 0.5)
  }, 0)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
