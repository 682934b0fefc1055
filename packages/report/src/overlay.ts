import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import type { CellMap } from './cell-map.ts'
import type { MapAxes } from './map-axes.ts'

/** Where a fitted surface crosses a level of P(collapse), as integer staircases over the rows of one map. */
export interface Contour {
  /** A probability in (0, 1). */
  readonly level: number
  /** Of which map, counted from 0 in the order of the sweep; default the first. */
  readonly map?: number
  /** [row, upwards]: the largest value of the columns that is below the level; null where none is. */
  readonly staircase: readonly (number | null)[]
  /** [row]: the same at either end of the fit's band; beyond `low` and up to `high` the fit decides nothing. */
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** A cell that contradicts what has been proved about it. */
export interface Alarm {
  /** The id of the cell. */
  readonly cell: string
  /** Which bound, what was observed, and how likely that would be. */
  readonly sentence: string
}

/** What is drawn over the map besides the document itself. */
export interface Overlay {
  readonly contours?: readonly Contour[]
  readonly alarms?: readonly Alarm[]
}

/** How a document is shown, in every format. */
export interface View {
  /** Which swept parameters span the map. */
  readonly axes?: MapAxes
  readonly overlay?: Overlay
}

/** The overlay with the alarms that the document itself raises, before those given. */
export function overlayOf(document: SweepDocument, overlay: Overlay = {}): Overlay {
  const raised = document.cells.flatMap(({ cell, alarms }) => alarms.map(({ sentence }) => ({ cell, sentence })))
  return raised.length === 0 ? overlay : { ...overlay, alarms: [...raised, ...(overlay.alarms ?? [])] }
}

/** The alarms of one cell, in words; empty without any. */
export function alarmsOf(cell: CellDocument, overlay: Overlay = {}): string[] {
  return (overlay.alarms ?? []).filter((alarm) => alarm.cell === cell.cell).map(({ sentence }) => sentence)
}

/**
 * [map]: the contours of each map.
 * @throws RangeError where a contour is of no map, or does not have one value for each row of its map.
 */
export function contoursByMap(contours: readonly Contour[], maps: readonly CellMap[]): (readonly Contour[])[] {
  for (const contour of contours) {
    const map = maps[contour.map ?? 0]
    if (map === undefined) throw new RangeError(`invalid contour: of map ${contour.map ?? 0} (the sweep has ${maps.length})`)
    check(contour, map)
  }
  return maps.map((_, index) => contours.filter((contour) => (contour.map ?? 0) === index))
}

function check({ level, staircase, low, high }: Contour, map: CellMap): void {
  if (!(level > 0 && level < 1)) throw new RangeError(`invalid contour level: ${level} (accepted: inside (0, 1))`)
  const rows = map.rows.values.length
  for (const line of [staircase, low, high]) {
    if (line.length !== rows) throw new RangeError(`invalid contour: ${line.length} rows (the map has ${rows})`)
  }
  if (map.columns.values.some((value) => typeof value !== 'number')) {
    throw new RangeError(`invalid contour: ${map.columns.name} is not a number everywhere`)
  }
}
