import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import { csvOf } from './csv.ts'
import { parquetOf } from './parquet.ts'
import { pngOf } from './png.ts'
import type { View } from './overlay.ts'
import { svgOf } from './svg.ts'
import { tableOf } from './table.ts'

export { csvOf, parquetOf, pngOf, svgOf, tableOf }
export { collapseCurves, hazardCurves } from './figures/collapse-curves.ts'
export type { LargeDepthCurve } from './figures/collapse-curves.ts'
export type { Band, Curve, CurvePoint, Curves, Range, Rule } from './figures/curves.ts'
export type { Direction, Directions, UnitTrace } from './figures/directions.ts'
export type { Captions } from './figures/figure-page.ts'
export type { Histogram } from './figures/histogram.ts'
export type { LearnedFunction } from './figures/learned-function.ts'
export { bestOfCurves, lossCurves, piecesCurves } from './figures/measured-curves.ts'
export type { BestOf, BestOfPoint, LossAtStep, PiecesAtDepth, PiecesOfWidth } from './figures/measured-curves.ts'
export type { Verdicts } from './figures/verdicts.ts'
export { verdictTableOf } from './figures/verdict-table.ts'
export type { Quantity, VerdictRow } from './figures/verdict-table.ts'
export { FIGURES, PICTURE_FORMATS } from './figures.ts'
export type { FigureData, FigureName, PictureFormat } from './figures.ts'
export type { Axis } from './plot/scale.ts'
export { figureDigest } from './summary.ts'
export { mapsOf } from './cell-map.ts'
export type { CellMap, MapAxis } from './cell-map.ts'
export { contourQuestion, contoursDocument, contoursOfMap, DEFAULT_LEVELS, drawnContours } from './contours-of-map.ts'
export type { AskedLevels, ContoursDocument } from './contours-of-map.ts'
export type { MapAxes } from './map-axes.ts'
export type { Alarm, Contour, Overlay, View } from './overlay.ts'
export { foundCellColumns } from './setting-columns.ts'
export { trialColumns } from './trial-columns.ts'
export type { TrialsOf } from './trial-columns.ts'
export { STREAM_FORMATS } from './streams.ts'
export type { ColumnPieces, StreamFormat } from './streams.ts'
export type { Column } from './columns.ts'
export type { TableOptions } from './table.ts'

/** A way to hand out a sweep's document: text, or bytes, at once or later. */
export interface Format {
  /** With the character set where it is text. */
  readonly mediaType: string
  /** Of a file, without the dot. */
  readonly extension: string
  render(document: SweepDocument, view?: View): string | Uint8Array | Promise<string | Uint8Array>
}

export type FormatName = 'table' | 'csv' | 'json' | 'parquet' | 'svg' | 'png'

/** Every format, by the name that the command line and the API accept. */
export const FORMATS: Readonly<Record<FormatName, Format>> = {
  table: { mediaType: 'text/plain; charset=utf-8', extension: 'txt', render: tableOf },
  csv: { mediaType: 'text/csv; charset=utf-8', extension: 'csv', render: csvOf },
  json: { mediaType: 'application/json', extension: 'json', render: jsonOf },
  parquet: { mediaType: 'application/vnd.apache.parquet', extension: 'parquet', render: parquetOf },
  svg: { mediaType: 'image/svg+xml', extension: 'svg', render: svgOf },
  png: { mediaType: 'image/png', extension: 'png', render: pngOf },
}

/**
 * The text of `JSON.stringify(document, null, 2)`, in UTF-8. A cell whose document is the same object as last time, as in a map of which
 * little has changed, is neither written nor encoded again.
 */
function jsonOf({ cells, ...rest }: SweepDocument): Uint8Array {
  const head = JSON.stringify({ ...rest, cells: [] }, null, 2)
  if (cells.length === 0) return Buffer.from(`${head}\n`)
  const parts = cells.flatMap((cell, place) => [place === 0 ? LIST_BEGINS : NEXT_CELL, cellText(cell)])
  return Buffer.concat([Buffer.from(head.slice(0, -NO_CELLS.length)), ...parts, LIST_ENDS])
}

/** How a document without cells ends. */
const NO_CELLS = '[]\n}'
const LIST_BEGINS = Buffer.from('[\n')
const NEXT_CELL = Buffer.from(',\n')
const LIST_ENDS = Buffer.from('\n  ]\n}\n')

const cellTexts = new WeakMap<CellDocument, Buffer>()

/** A cell's text as it stands in the list: texts have no line feeds of their own, JSON escapes them. */
function cellText(cell: CellDocument): Buffer {
  const known = cellTexts.get(cell)
  if (known !== undefined) return known
  const text = Buffer.from(`    ${JSON.stringify(cell, null, 2).replaceAll('\n', '\n    ')}`)
  cellTexts.set(cell, text)
  return text
}
