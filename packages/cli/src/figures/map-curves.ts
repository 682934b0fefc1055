import { collapseCurves, hazardCurves, piecesCurves } from '@collapsar/report'
import type { LargeDepthCurve, PiecesAtDepth } from '@collapsar/report'
import { largeDepthTheory } from '@collapsar/sweep'
import type { CellDocument, SweepDocument } from '@collapsar/sweep'
import { captionsOf, refusal, requestedCells, requireOneSetting } from './figure-request.ts'
import type { FigureContent, FigureRequest } from './figure-request.ts'

/** P(collapse) against depth, with --levels as rules. */
export async function collapse(request: FigureRequest): Promise<FigureContent> {
  const levels = request.invocation.options.probabilities('levels') ?? []
  const rules = levels.map((level) => ({ axis: 'y' as const, value: level, label: levelText(level) }))
  return { mark: 'curves', data: { ...collapseCurves(chosenDocument(request, 'collapse')), rules } }
}

/** -ln(1 - P) against depth, in which the levels stand at their own hazard. */
export async function hazard(request: FigureRequest): Promise<FigureContent> {
  const levels = request.invocation.options.probabilities('levels') ?? []
  const rules = levels.map((level) => ({ axis: 'y' as const, value: -Math.log1p(-level), label: levelText(level) }))
  const document = chosenDocument(request, 'hazard')
  return { mark: 'curves', data: { ...hazardCurves(document, largeDepthCurves(request)), rules } }
}

/** Of the widths for which the law holds at two depths or more: one point is no line. */
function largeDepthCurves(request: FigureRequest): LargeDepthCurve[] {
  const specs = requestedCells(request).map(({ counts }) => counts.spec)
  return [...new Set(specs.map(({ width }) => width))].flatMap((width) => {
    const own = specs.filter((spec) => spec.width === width).toSorted((a, b) => a.depth - b.depth)
    const [first] = own
    if (first === undefined) return []
    const probabilities = largeDepthTheory(first, own.map(({ depth }) => depth))
    const points = own.map(({ depth }, i) => ({ depth, probability: probabilities[i] ?? null }))
    return points.filter(({ probability }) => probability !== null).length > 1 ? [{ width, points }] : []
  })
}

function levelText(level: number): string {
  return `${Number((100 * level).toPrecision(4))}%`
}

function chosenDocument(request: FigureRequest, what: string): SweepDocument {
  const cells = requestedCells(request)
  requireOneSetting(cells, what)
  return { ...request.document, cells: cells.map(({ document }) => document) }
}

/** Pieces against depth: mean, middle half, the maximum, and what neurons in a row would add. */
export async function pieces(request: FigureRequest): Promise<FigureContent> {
  const { cells } = chosenDocument(request, 'pieces')
  if (cells.every((cell) => cell.pieces.mean === null)) throw refusal(`pieces ${whyNone(cells)}`)
  const widths = [...new Set(cells.map(({ width }) => width))].toSorted((a, b) => a - b)
  const curves = piecesCurves(
    { ...captionsOf(request, cells, 'affine pieces'), notes: [`At the end of training, over all counted trials: ${trialsText(cells)}.`] },
    widths.map((width) => ({ width, depths: cells.filter((cell) => cell.width === width).toSorted((a, b) => a.depth - b.depth).map(atDepth) })),
  )
  const top = Math.max(...cells.flatMap(({ pieces: { max }, theory }) => [max ?? 1, theory.pieces.linear ?? 1]))
  // The maximum grows exponentially with depth: to show all of it would flatten what was measured.
  return { mark: 'curves', data: { ...curves, y: { ...curves.y, from: LEAST_PIECES, to: ABOVE * top } } }
}

/** A little below one piece, the fewest there are. */
const LEAST_PIECES = 0.9
const ABOVE = 5

function atDepth({ depth, pieces: { mean }, quantiles, theory }: CellDocument): PiecesAtDepth {
  const quartile = (p: number): number | null => quantiles?.pieces.find((quantile) => quantile.p === p)?.value ?? null
  return { depth, mean, lower: quartile(0.25), upper: quartile(0.75), maximum: theory.pieces.maximum, expected: theory.pieces.linear }
}

function whyNone(cells: readonly CellDocument[]): string {
  if (cells.every(({ trials }) => trials === 0)) return 'are not known: no trial is counted yet'
  return 'are counted of networks of one input with relu or leaky-relu, which these are not; for several inputs see the measurement set regions'
}

function trialsText(cells: readonly CellDocument[]): string {
  const counts = cells.map(({ trials }) => trials)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return `${least === most ? most : `${least} to ${most}`} a cell`
}
