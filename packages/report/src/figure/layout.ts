import type { CellMap, MapAxis } from '../cell-map.ts'
import { estimateText } from '../percent.ts'
import { cut } from '../text.ts'
import { numberWidth, textWidth } from './typography.ts'

/** All lengths of a figure in pixels of the SVG. */
export interface Layout {
  readonly cellWidth: number
  readonly cellHeight: number
  /** Size of the numbers in the cells; null where they do not fit. */
  readonly numberSize: number | null
  /** Left of the cells: the axis of the rows. */
  readonly gutterLeft: number
  /** Below the cells: the axis of the columns. */
  readonly gutterBelow: number
  /** Whether the labels of the columns run downwards to the left, since they would touch side by side. */
  readonly slanted: boolean
  /** Size of one map with its axes. */
  readonly mapWidth: number
  readonly mapHeight: number
  /** Maps side by side. */
  readonly mapsAcross: number
  /** Size of the block of all maps. */
  readonly contentWidth: number
  readonly mapsHeight: number
}

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
const LEAST_GUTTER = { left: 58, below: 46 }
/** Of the labels beside the cells. */
export const TICK_SIZE = 11
/** Labels of other parameters than depth and width are slanted by 40 degrees where they are wider than a cell. */
export const SLANT_DEGREES = 40
const SLANT = Math.sin((SLANT_DEGREES * Math.PI) / 180)
/** Longer labels are cut. */
const MOST_LABEL = 24
const NUMBER_SIZES = [12, 11, 10, 9, 8, 7]

/** @param headingLines lines above each map; 0 for none */
export function layoutOf(maps: readonly CellMap[], headingLines: number): Layout {
  const columns = most(maps.map((map) => map.columns.values.length))
  const rows = most(maps.map((map) => map.rows.values.length))
  const cellWidth = Math.min(LARGEST_CELL.width, MOST_WIDTH / columns)
  const cellHeight = Math.min(LARGEST_CELL.height, MOST_HEIGHT / rows)
  const slanted = maps.some((map) => isSlanted(map.columns, cellWidth))
  const gutterLeft = LEAST_GUTTER.left + widerBy(widestLabel(maps.map((map) => map.rows)))
  const gutterBelow = LEAST_GUTTER.below + (slanted ? Math.ceil(SLANT * widestLabel(maps.map((map) => map.columns))) : 0)
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
    slanted,
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
    map.columns.values.flatMap((_, column) => map.rows.values.map((_, row) => cellText(map, column, row))),
  )
  const widest = most(texts.map((text) => numberWidth(text, 1)))
  return NUMBER_SIZES.find((size) => size * widest <= cellWidth - 4 && size * 1.4 <= cellHeight) ?? null
}

function cellText(map: CellMap, column: number, row: number): string {
  const cell = map.cellAt(column, row)
  return cell === null || cell.collapse.estimate === null ? '' : estimateText(cell.collapse)
}

/** A label of an axis as far as there is room for it. */
export function shortLabel(label: string): string {
  return cut(label, MOST_LABEL)
}

function widestLabel(axes: readonly MapAxis[]): number {
  return most(axes.flatMap(({ labels }) => labels.map((label) => textWidth(shortLabel(label), TICK_SIZE))))
}

/** The least gutter has room for four digits; beyond, a little space remains before the name. */
function widerBy(width: number): number {
  return width <= 30 ? 0 : Math.ceil(width - 24)
}

/** Depths and widths are whole numbers, of which some can be left out. */
function isSlanted(axis: MapAxis, cellWidth: number): boolean {
  const isShape = axis.name === 'depth' || axis.name === 'width'
  return !isShape && cellWidth > TICK_SIZE + 2 && widestLabel([axis]) > cellWidth - 6
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 1)
}
