import { finiteOrNull, summarizeColumn } from '@collapsar/sweep'
import type { CellCounts, CellMeasurements, ColumnSummary, FunctionCount } from '@collapsar/sweep'
import type { MeasurementColumn } from '@collapsar/trial'

/** What one set says of one cell of a sweep. */
export interface MeasuredCell {
  readonly cell: CellCounts
  readonly measurements: CellMeasurements
}

/** One number of one cell, over its trials. */
export interface SummaryRow extends ColumnSummary {
  readonly cell: string
  readonly depth: number
  readonly width: number
  /** As `endStep`, or `loss[after 30 steps]` where a trial has several, or `onData[3]` where these have no labels. */
  readonly number: string
  /** Trials of the sweep that were not measured. */
  readonly missing: number
}

export function summaryRows({ cell, measurements }: MeasuredCell): SummaryRow[] {
  const { cell: id, inits, spec } = cell
  const missing = inits - measurements.trials.length
  return measurements.columns.flatMap((column, place) => {
    const { size } = column
    const values = measurements.values[place] ?? new Uint8Array()
    return numberNames(column).map((number, offset) => ({
      cell: id,
      depth: spec.depth,
      width: spec.width,
      number,
      missing,
      ...summarizeColumn(every(values, size, offset)),
    }))
  })
}

/** The names of a column's numbers. */
function numberNames({ name, size, labels }: MeasurementColumn): string[] {
  if (labels !== undefined) return labels.map((label) => `${name}[${label}]`)
  return size === 1 ? [name] : Array.from({ length: size }, (_, i) => `${name}[${i}]`)
}

/** What the numbers of these columns say, with their units and codes: one line each, those of several cells once. */
function legendLines(columns: readonly MeasurementColumn[]): string[] {
  return [...new Set(columns.map(({ name, meaning }) => `${name}: ${meaning}.`))]
}

/** The numbers at `first`, `first + step`, ... */
export function* every(values: ArrayLike<number>, step: number, first: number): Generator<number> {
  for (let i = first; i < values.length; i += step) yield values[i] ?? Number.NaN
}

const FIELDS = [
  'cell', 'depth', 'width', 'number', 'count', 'nan', 'missing', 'mean', 'min', 'lowerQuartile', 'median', 'upperQuartile', 'max',
] as const

/** RFC 4180; an empty field where there is no number to describe. */
export function summaryCsv(rows: readonly SummaryRow[]): string {
  return [FIELDS.join(','), ...rows.map((row) => FIELDS.map((field) => csvField(row[field])).join(','))].map((line) => `${line}\r\n`).join('')
}

/** Names of numbers may hold commas, but neither quotes nor line ends. */
function csvField(value: string | number | null): string {
  const text = String(value ?? '')
  return text.includes(',') ? `"${text}"` : text
}

/** JSON has no infinity: null, as where there is no number. */
export function summaryJson(set: { readonly name: string; readonly version: number }, rows: readonly SummaryRow[]): string {
  const numbers = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? finiteOrNull(value) : (value as unknown)])),
  )
  return `${JSON.stringify({ set: set.name, version: set.version, numbers }, null, 2)}\n`
}

const SHOWN_DIGITS = 5

/** For people: a block of lines a cell, five digits, then what the numbers are. */
export function summaryTable(rows: readonly SummaryRow[], columns: readonly MeasurementColumn[]): string {
  const header = ['number', 'trials', 'NaN', 'mean', 'min', '25%', 'median', '75%', 'max']
  const lines: string[] = []
  for (const cell of new Set(rows.map((row) => row.cell))) {
    const own = rows.filter((row) => row.cell === cell)
    const [first] = own
    if (first === undefined) continue
    const missing = first.missing === 0 ? '' : `, ${first.missing} trials not measured`
    const table = [header, ...own.map((row) => [row.number, String(row.count), String(row.nan), ...FIELDS.slice(7).map((field) => shown(row[field]))])]
    lines.push(`depth ${first.depth}, width ${first.width}${missing}  ${cell}`, ...aligned(table), '')
  }
  return `${[...lines, ...legendLines(columns)].join('\n')}\n`
}

const DISTINCT_FIELDS = ['cell', 'depth', 'width', 'place', 'tolerance', 'trials', 'functions', 'chao1', 'largest'] as const

/** RFC 4180. */
export function distinctCsv(counts: readonly FunctionCount[]): string {
  return [DISTINCT_FIELDS.join(','), ...counts.map((row) => DISTINCT_FIELDS.map((field) => row[field]).join(','))].map((line) => `${line}\r\n`).join('')
}

/** For people: a line for each cell, place and tolerance. */
export function distinctTable(counts: readonly FunctionCount[]): string {
  const header = ['where', 'depth', 'width', 'within', 'trials', 'functions', 'at least (Chao1)', 'most frequent']
  const rows = counts.map(({ place, depth, width, tolerance, trials, functions, chao1, largest }) => [
    place, String(depth), String(width), `${100 * tolerance}%`, String(trials), String(functions), shown(chao1), String(largest),
  ])
  const note = 'Two functions are one within so much of the range of the targets. On the grid functions may differ that agree on the data.'
  return `${[...aligned([header, ...rows]), '', note].join('\n')}\n`
}

function shown(value: string | number | null): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(SHOWN_DIGITS))) : '-'
}

/** The first column to the left, the others to the right. */
function aligned(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table.map((row) => `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`)
}

/** The header of `trialLines`, and what tells whether two cells have the same numbers. */
export function trialHeader({ measurements }: MeasuredCell): string {
  const numbers = measurements.columns.flatMap(numberNames)
  return `${['cell', 'depth', 'width', 'trial', ...numbers.map(csvField)].join(',')}\r\n`
}

/** Every trial's numbers, RFC 4180: shortest decimals that read back as the same number, NaN and Infinity in words. */
export function* trialLines({ cell, measurements }: MeasuredCell): Generator<string> {
  const { trials, columns, values } = measurements
  const place = `${cell.cell},${cell.spec.depth},${cell.spec.width}`
  for (const [i, trial] of trials.entries()) {
    const numbers = columns.flatMap(({ size }, column) => [...(values[column] ?? new Uint8Array()).subarray(i * size, (i + 1) * size)])
    yield `${place},${trial},${numbers.join(',')}\r\n`
  }
}
