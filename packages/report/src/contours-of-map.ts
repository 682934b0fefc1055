import { CollapsarError, mapContours } from '@collapsar/sweep'
import type { ContourQuestion, MapContours, PlacedCell, SweepDocument } from '@collapsar/sweep'
import { mapsOf } from './cell-map.ts'
import type { CellMap } from './cell-map.ts'
import type { MapAxes } from './map-axes.ts'
import type { Contour as DrawnContour } from './overlay.ts'

/** The two levels of the published safe region (Lu, Su, Karniadakis 2018, arXiv:1808.04947). */
export const DEFAULT_LEVELS: readonly number[] = [0.01, 0.1]

export type LevelsQuestion = Pick<ContourQuestion, 'levels' | 'confidence' | 'monotone'>

/** A question as it is asked: what is left out is what the sweep decides, else the default. */
export interface AskedLevels {
  readonly levels: readonly number[] | null
  readonly confidence: number | null
  readonly monotone: boolean
}

/** Where the maps of a sweep cross levels, with the question that was answered. */
export interface ContoursDocument {
  readonly sweep: string
  readonly levels: readonly number[]
  readonly confidence: number
  readonly monotone: boolean
  readonly maps: readonly ({ readonly x: string; readonly y: string; readonly setting?: string } & MapContours)[]
}

/** @throws CollapsarError `invalid-request` for axes that the sweep has not, and where `contoursOfMap` throws */
export function contoursDocument(document: SweepDocument, axes: MapAxes, asked: AskedLevels): ContoursDocument {
  const question = contourQuestion(document, asked)
  return {
    sweep: document.sweep.id,
    ...question,
    maps: mapsOf(document, axes).map((map) => ({
      x: map.columns.name,
      y: map.rows.name,
      ...(map.heading !== '' && { setting: map.heading }),
      ...contoursOfMap(map, question),
    })),
  }
}

export function contourQuestion({ sweep: { until } }: SweepDocument, { levels, confidence, monotone }: AskedLevels): Required<LevelsQuestion> {
  return { levels: levels ?? until?.decide ?? DEFAULT_LEVELS, confidence: confidence ?? until?.confidence ?? 0.95, monotone }
}

/**
 * Contours of one map of a document.
 * @throws CollapsarError `invalid-request` where a parameter of the map is not a number, or monotony is asked of other maps than depth and width
 */
export function contoursOfMap(map: CellMap, question: LevelsQuestion): MapContours {
  const { columns, rows } = map
  for (const axis of [columns, rows]) {
    const odd = axis.values.find((value) => typeof value !== 'number')
    if (odd !== undefined) {
      throw new CollapsarError('invalid-request', `Contours: ${axis.name} has the value ${JSON.stringify(odd)}; accepted: parameters that are numbers`)
    }
  }
  try {
    return mapContours(placedCells(map), { ...question, x: columns.name, y: rows.name })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new CollapsarError('invalid-request', `Contours: ${cause.message}`, { cause })
  }
}

/** Row by row, from the smallest values on; places without a cell are left out. */
function placedCells(map: CellMap): PlacedCell[] {
  return map.rows.values.flatMap((y, row) =>
    map.columns.values.flatMap((x, column) => {
      const cell = map.cellAt(column, row)
      return cell === null ? [] : [{ x: Number(x), y: Number(y), cell }]
    }),
  )
}

/** The fitted lines with their bands, as they are drawn over map number `index`; none where the fit is not fit to be drawn. */
export function drawnContours(map: CellMap, index: number, { contours, direction, fittedBand }: MapContours): DrawnContour[] {
  // a drawn staircase goes up to a column; one that comes from the right has no drawing yet
  if (direction === 'decreasing') return []
  const upwards = (steps: readonly { readonly y: number; readonly x: number | null }[]): (number | null)[] =>
    map.rows.values.map((y) => steps.find((step) => step.y === y)?.x ?? null)
  return contours.flatMap(({ level, fitted }, i) => {
    const band = fittedBand?.[i]
    if (fitted === null || band === undefined) return []
    return [{ level, map: index, staircase: upwards(fitted.steps), low: upwards(band.low), high: upwards(band.high) }]
  })
}
