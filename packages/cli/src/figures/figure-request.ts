import { figureDigest } from '@collapsar/report'
import type { Captions, FigureData, FigureName } from '@collapsar/report'
import { CollapsarError, show } from '@collapsar/sweep'
import type { CellCounts, CellDocument, SweepDocument } from '@collapsar/sweep'
import type { Backends } from '@collapsar/standalone'
import type { Invocation } from '../command.ts'

/** A figure that is asked for, and the sweep it is of. */
export interface FigureRequest {
  readonly invocation: Invocation
  readonly store: Backends['store']
  readonly document: SweepDocument
  /** [cell], as in the document. */
  readonly counts: readonly CellCounts[]
}

/** What is drawn, and by which mark of `FIGURES`. */
export type FigureContent = { [Name in FigureName]: { readonly mark: Name; readonly data: FigureData[Name] } }[FigureName]

/** Data of a figure; refuses what does not apply with the reason. */
export type FigureMaker = (request: FigureRequest) => Promise<FigureContent>

/** One cell of the sweep. */
export interface RequestedCell {
  readonly document: CellDocument
  readonly counts: CellCounts
}

/** Where a figure does not apply to what was asked for. */
export function refusal(detail: string): CollapsarError {
  return new CollapsarError('usage', `collapsar figure: ${detail}`)
}

/**
 * The cells that --depth, --width and --cell leave.
 * @throws CollapsarError `not-found` when there is none
 */
export function requestedCells({ invocation: { options }, document, counts }: FigureRequest): RequestedCell[] {
  const [depth, width, id] = [options.integer('depth', 2, 200), options.integer('width', 1, 256), options.text('cell')]
  const chosen = document.cells.flatMap((cell, i) => {
    const own = counts[i]
    const matches = (depth === null || cell.depth === depth) && (width === null || cell.width === width) && (id === null || cell.cell === id)
    return matches && own !== undefined ? [{ document: cell, counts: own }] : []
  })
  if (chosen.length > 0) return chosen
  const place = [depth === null ? [] : `depth ${depth}`, width === null ? [] : `width ${width}`, id === null ? [] : `id ${show(id)}`].flat().join(', ')
  const has = (key: 'depth' | 'width'): string => listed([...new Set(document.cells.map((cell) => cell[key]))].toSorted((a, b) => a - b))
  throw new CollapsarError('not-found', `The sweep ${document.sweep.id} has no cell of ${place}; it has depth ${has('depth')} and width ${has('width')}`)
}

/**
 * The one cell that a figure is of.
 * @throws CollapsarError `not-found` when there is none, `usage` when there are several
 */
export function requestedCell(request: FigureRequest): RequestedCell {
  const cells = requestedCells(request)
  const [only, another] = cells
  if (only === undefined || another !== undefined) throw refusal(`this figure is of one cell, but ${cells.length} are left; ${choiceText(cells)}`)
  return only
}

function choiceText(cells: readonly RequestedCell[]): string {
  const shapes = new Set(cells.map(({ document: { depth, width } }) => `${depth} ${width}`))
  if (shapes.size > 1) return 'choose it with --depth and --width'
  const named = cells.map(({ document: { axes = {}, cell } }) => `${cell}${axesText(axes)}`)
  return `choose it with --cell: ${listed(named)}`
}

const MOST_LISTED = 12

function listed(values: readonly (string | number)[]): string {
  const shown = values.slice(0, MOST_LISTED).join(', ')
  return values.length > MOST_LISTED ? `${shown} and ${values.length - MOST_LISTED} more` : shown
}

/** ` (network.initScale = 0.5)`; empty without axes. */
function axesText(axes: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(axes)
  return entries.length === 0 ? '' : ` (${entries.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ')})`
}

/** Title, setting and digest of a figure of some cells. @param what `best of K`, in front of the place of a single cell */
export function captionsOf({ document }: FigureRequest, cells: readonly CellDocument[], what: string): Captions {
  const { sweep } = document
  const name = sweep.name.trim() === '' ? sweep.id : sweep.name
  const [only, another] = cells
  const place = only === undefined || another !== undefined ? '' : `, depth ${only.depth}, width ${only.width}${axesText(only.axes ?? {})}`
  return {
    title: `${name}: ${what}${place}`,
    subtitle: `${sweep.setting}; ${[...new Set(cells.map(({ numerics }) => numerics))].join(' and ')}`,
    digest: figureDigest({ ...document, cells }),
  }
}

/** Depth and width span such a figure; other swept parameters would put several cells in one place. */
export function requireOneSetting(cells: readonly RequestedCell[], what: string): void {
  const shapes = new Set(cells.map(({ document: { depth, width } }) => `${depth} ${width}`))
  if (shapes.size === cells.length) return
  const names = [...new Set(cells.flatMap(({ document: { axes = {} } }) => Object.keys(axes)))]
  throw refusal(`${what} is drawn over depth and width, but the sweep varies ${names.join(', ')} too; see: collapsar surface ID --columns NAME --rows NAME`)
}
