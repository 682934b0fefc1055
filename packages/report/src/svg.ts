import type { SweepDocument } from '@collapsar/sweep'
import { mapsOf } from './cell-map.ts'
import type { CellMap } from './cell-map.ts'
import { axes } from './figure/axes.ts'
import { boundaryMarks, theoryCurve } from './figure/boundaries.ts'
import type { TheoryCurve } from './figure/boundaries.ts'
import { alarmCaption, alarmMarks } from './figure/alarms.ts'
import { footer, header, lines } from './figure/captions.ts'
import { cellMarks } from './figure/cells.ts'
import { contourMarks, isInBand } from './figure/contours.ts'
import { element } from './figure/element.ts'
import { hatchPatterns } from './figure/hatches.ts'
import { HEADING_LINE, layoutOf, mapOffset } from './figure/layout.ts'
import type { Layout } from './figure/layout.ts'
import { legend } from './figure/legend.ts'
import { page } from './figure/page.ts'
import { charactersIn, INK } from './figure/typography.ts'
import { contoursByMap, overlayOf } from './overlay.ts'
import type { Contour, Overlay, View } from './overlay.ts'
import { titleOf } from './summary.ts'
import { wrap } from './text.ts'

const HEADING_SIZE = 12

/**
 * The map of P(collapse) over two swept parameters, by default depth (to the right) and width (upwards), as a
 * self-contained SVG 1.1 document: colour on a logarithmic scale, the number in each cell where it fits, undecided
 * cells hatched, places without data white, the 1% and 10% boundaries as staircases, those of the born-dead theory
 * dashed. One map for each setting of the other swept parameters. Over it, where given, the contours of a fit with
 * their bands, and a mark on each cell that contradicts a proved bound.
 * @throws RangeError where a contour does not have one value for each row of its map.
 * @throws CollapsarError `invalid-request` where the sweep has no parameter of the name asked for.
 */
export function svgOf(document: SweepDocument, view: View = {}): string {
  const overlay = overlayOf(document, view.overlay)
  const maps = mapsOf(document, view.axes)
  const contours = contoursByMap(overlay.contours ?? [], maps)
  const headingLines = headingHeight(maps)
  const layout = layoutOf(maps, headingLines)
  const theory = theoryCurve(document.cells)
  const shared = { layout, theory, overlay, headingLines }
  const figure = maps.map((map, index) => mapMark(map, { ...shared, contours: contours[index] ?? [], index }))
  const key = legend(document, { theory, maps, overlay })
  const [top, bottom] = [header(document, layout.contentWidth), footer(document, layout.contentWidth)]
  const alarms = alarmCaption(maps, overlay, layout.contentWidth)
  const blocks = [top, { markup: figure.join(''), height: layout.mapsHeight }, key, ...alarms, bottom]
  const defs = hatchPatterns({ band: overlay.contours !== undefined })
  return page({ title: titleOf(document), width: layout.contentWidth, defs }, blocks)
}

interface MapPlace {
  readonly layout: Layout
  readonly theory: TheoryCurve | null
  readonly overlay: Overlay
  readonly contours: readonly Contour[]
  readonly headingLines: number
  readonly index: number
}

function mapMark(map: CellMap, { layout, theory, overlay, contours, headingLines, index }: MapPlace): string {
  const { x, y } = mapOffset(layout, index)
  const cells = element(
    'g',
    { transform: `translate(${layout.gutterLeft} ${headingLines * HEADING_LINE})` },
    cellMarks(map, layout, { overlay, inBand: isInBand(contours, map) }),
    contourMarks(contours, map, layout),
    boundaryMarks(map, theory, layout),
    alarmMarks(map, layout, overlay),
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
