import type { CellMap } from '../cell-map.ts'
import { estimateText } from '../percent.ts'
import { numberWidth } from './typography.ts'

/** All lengths of a figure in pixels of the SVG. */
export interface Layout {
  readonly cellWidth: number
  readonly cellHeight: number
  /** Size of the numbers in the cells; null where they do not fit. */
  readonly numberSize: number | null
  /** Left of the cells: the axis of widths. */
  readonly gutterLeft: number
  /** Below the cells: the axis of depths. */
  readonly gutterBelow: number
  /** Size of one map with its axes. */
  readonly mapWidth: number
  readonly mapHeight: number
  /** Maps side by side. */
  readonly mapsAcross: number
  /** Size of the block of all maps. */
  readonly contentWidth: number
  readonly mapsHeight: number
}

export const MARGIN = 24
/** Between two maps. */
const SPACE = 28
/** The lines of a heading above each map when there are several. */
export const HEADING_LINE = 16
/** No map is wider or higher than this; cells shrink instead, down to a pixel. */
const MOST_WIDTH = 1160
const MOST_HEIGHT = 900
/** Title, legend and footer need this. */
const LEAST_WIDTH = 736
const LARGEST_CELL = { width: 54, height: 36 }
const NUMBER_SIZES = [12, 11, 10, 9, 8, 7]

/** @param headingLines lines above each map; 0 for none */
export function layoutOf(maps: readonly CellMap[], headingLines: number): Layout {
  const columns = most(maps.map((map) => map.depths.length))
  const rows = most(maps.map((map) => map.widths.length))
  const cellWidth = Math.min(LARGEST_CELL.width, MOST_WIDTH / columns)
  const cellHeight = Math.min(LARGEST_CELL.height, MOST_HEIGHT / rows)
  const [gutterLeft, gutterBelow] = [58, 46]
  const mapWidth = gutterLeft + columns * cellWidth
  const mapHeight = headingLines * HEADING_LINE + rows * cellHeight + gutterBelow
  const mapsAcross = Math.min(maps.length, Math.max(1, Math.floor((MOST_WIDTH + SPACE) / (mapWidth + SPACE))))
  const mapsDown = Math.ceil(maps.length / Math.max(1, mapsAcross))
  return {
    cellWidth,
    cellHeight,
    numberSize: numberSize(maps, cellWidth, cellHeight),
    gutterLeft,
    gutterBelow,
    mapWidth,
    mapHeight,
    mapsAcross,
    contentWidth: Math.max(LEAST_WIDTH, mapsAcross * (mapWidth + SPACE) - SPACE),
    mapsHeight: mapsDown * (mapHeight + SPACE) - SPACE,
  }
}

/** Offset of map number `index` within the block of maps. */
export function mapOffset(layout: Layout, index: number): { x: number; y: number } {
  return {
    x: (index % layout.mapsAcross) * (layout.mapWidth + SPACE),
    y: Math.floor(index / layout.mapsAcross) * (layout.mapHeight + SPACE),
  }
}

function numberSize(maps: readonly CellMap[], cellWidth: number, cellHeight: number): number | null {
  const texts = maps.flatMap((map) =>
    map.depths.flatMap((depth) => map.widths.map((width) => cellText(map, depth, width))),
  )
  const widest = most(texts.map((text) => numberWidth(text, 1)))
  return NUMBER_SIZES.find((size) => size * widest <= cellWidth - 4 && size * 1.4 <= cellHeight) ?? null
}

function cellText(map: CellMap, depth: number, width: number): string {
  const cell = map.cellAt(depth, width)
  return cell === null || cell.collapse.estimate === null ? '' : estimateText(cell.collapse)
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 1)
}
