import type { Axis, Histogram } from '@collapsar/report'
import { CollapsarError, columnBins, lossBins, piecesBins, summarizeColumn } from '@collapsar/sweep'
import type { BinnedCounts, CellDocument } from '@collapsar/sweep'
import { MEASUREMENT_NAMES, targetScale, trainingPoints } from '@collapsar/trial'
import type { MeasurementColumn, MeasurementName } from '@collapsar/trial'
import { every } from '../measurement-summary.ts'
import { captionsOf, refusal, requestedCell } from './figure-request.ts'
import type { FigureContent, FigureRequest, RequestedCell } from './figure-request.ts'

/** Loss or pieces by the bins of the tally, or a number of a measurement set by equal bins, exactly. */
export async function histogram(request: FigureRequest): Promise<FigureContent> {
  const column = request.invocation.options.text('column') ?? 'loss'
  const cell = requestedCell(request)
  if (cell.document.trials === 0) throw refusal('no trial of this cell is counted yet')
  if (column === 'loss') return ofLoss(request, cell)
  return column === 'pieces' ? ofPieces(request, cell) : ofColumn(request, cell, column)
}

interface Shown {
  readonly cell: RequestedCell
  readonly what: string
  readonly bins: BinnedCounts
  readonly rules: Histogram['rules']
}

function drawn(request: FigureRequest, { cell, what, bins, rules }: Shown, numbers: Axis['numbers'] = 'plain'): FigureContent {
  const { lost } = bins
  if (bins.counts.length === 0) throw refusal(`${what} is no finite number in any of ${lost} trials`)
  const notes = lost === 0 ? [] : [`${lost} further ${lost === 1 ? 'trial has' : 'trials have'} no finite number: not shown.`]
  const captions = { ...captionsOf(request, [cell.document], what), notes }
  const x = { label: what, numbers, ...(bins.scale === 'log' && { scale: 'log' as const }) }
  return { mark: 'histogram', data: { ...captions, x, bounds: bins.bounds, counts: bins.counts, ...(rules !== undefined && { rules }) } }
}

function ofLoss(request: FigureRequest, cell: RequestedCell): FigureContent {
  const { problem, seed, training } = cell.counts.spec
  const constant = targetScale(trainingPoints(problem, seed), training).bestConstantLoss
  const rules = [...medianRule(cell.document, 'loss'), { value: constant, label: `best constant: ${shortText(constant)}` }]
  return drawn(request, { cell, what: 'loss', bins: lossBins(cell.counts.tally), rules })
}

function ofPieces(request: FigureRequest, cell: RequestedCell): FigureContent {
  const bins = piecesBins(cell.counts.tally)
  if (bins.counts.length === 0) throw refusal('pieces are counted of networks of one input with relu or leaky-relu, which these are not')
  return drawn(request, { cell, what: 'affine pieces', bins, rules: medianRule(cell.document, 'pieces') }, 'whole')
}

/** With the bounds of its bin where it has some. */
function medianRule({ quantiles }: CellDocument, name: 'loss' | 'pieces'): { value: number; label: string }[] {
  const median = quantiles?.[name].find(({ p }) => p === 0.5)
  if (median?.value === undefined || median.value === null) return []
  const { low, high, value } = median
  const bounds = low === null || high === null || low === high ? '' : ` (${shortText(low)} to ${shortText(high)})`
  return [{ value, label: `median: ${shortText(value)}${bounds}` }]
}

function shortText(value: number): string {
  return String(Number(value.toPrecision(3)))
}

async function ofColumn(request: FigureRequest, cell: RequestedCell, column: string): Promise<FigureContent> {
  const { name, number, index, set } = parsed(column)
  const { counts } = cell
  const measured = await request.store.measurements(counts.cell, set, counts.inits)
  if (measured === null || measured.trials.length === 0) {
    throw new CollapsarError('not-found', `No trial of this cell has been measured for ${set}; add measure: [${set}] to the sweep file and run it again`)
  }
  const place = measured.columns.findIndex((candidate) => candidate.name === number)
  const found = measured.columns[place]
  if (found === undefined) throw refusal(`--column is ${column}; ${set} has ${measured.columns.map(numberText).join(', ')}`)
  const offset = offsetIn(found, index)
  if (offset === null) throw refusal(`--column is ${column}; accepted: ${set}.${numberText(found)}`)
  const values = Float64Array.from(every(measured.values[place] ?? new Uint8Array(), found.size, offset))
  const { median } = summarizeColumn(values)
  const rules = median === null || !Number.isFinite(median) ? [] : [{ value: median, label: `median: ${shortText(median)}` }]
  const isWhole = found.type !== 'f32'
  return drawn(request, { cell, what: name, bins: columnBins(values, isWhole), rules }, isWhole ? 'whole' : 'plain')
}

interface ParsedColumn {
  readonly name: string
  readonly set: MeasurementName
  readonly number: string
  /** A place from 0, or one of the column's labels; empty where none was given. */
  readonly index: string
}

function offsetIn({ size, labels = [] }: MeasurementColumn, index: string): number | null {
  if (index === '') return size === 1 ? 0 : null
  const offset = /^\d+$/.test(index) ? Number(index) : labels.indexOf(index)
  return offset >= 0 && offset < size ? offset : null
}

function parsed(column: string): ParsedColumn {
  const [, set, number = '', index = ''] = /^([a-z0-9]+)\.([A-Za-z0-9]+)(?:\[([a-z0-9, ]+)\])?$/.exec(column) ?? []
  const known = MEASUREMENT_NAMES.find((name) => name === set)
  if (known !== undefined) return { name: column, set: known, number, index }
  throw refusal(`--column is ${column}; accepted: loss, pieces, or SET.COLUMN with SET one of ${MEASUREMENT_NAMES.join(', ')}`)
}

function numberText({ name, size, labels }: MeasurementColumn): string {
  if (size === 1) return name
  const said = labels === undefined ? '' : ` (${labels[0]} to ${labels.at(-1)})`
  return `${name}[0] to ${name}[${size - 1}]${said}`
}
