import type { SweepDocument } from '@collapsar/sweep'
import { columnsOf } from './columns.ts'
import type { Column } from './columns.ts'
import type { View } from './overlay.ts'

/**
 * One row for each cell after a header row (RFC 4180: CRLF, fields quoted where needed), UTF-8. Numbers are the
 * shortest decimals that read back as the same binary64 value, those that are not counts with a point; an empty field means "none".
 *
 * Text that a spreadsheet would run as a formula is preceded by an apostrophe (OWASP, "CSV Injection").
 */
export function csvOf(document: SweepDocument, view: View = {}): string {
  const columns = columnsOf(document, view.overlay)
  return `${csvHeader(columns)}${csvRows(columns)}`
}

/** The names of the columns, as a line. */
export function csvHeader(columns: readonly Column[]): string {
  return `${columns.map(({ name }) => name).join(',')}\r\n`
}

/** A line for each value of the columns, which are of one length. */
export function csvRows(columns: readonly Column[]): string {
  let lines = ''
  for (let row = 0; row < (columns[0]?.values.length ?? 0); row += 1) {
    let separator = ''
    for (const { type, values } of columns) {
      lines += separator + field(values[row] ?? null, type)
      separator = ','
    }
    lines += '\r\n'
  }
  return lines
}

function field(value: string | number | null, type: Column['type']): string {
  if (value === null) return ''
  if (typeof value === 'string') return quoted(defused(value))
  return Number.isInteger(value) && (type === 'double' || type === 'float') ? wholeNumber(value) : String(value)
}

/** `1.0`: a reader that guesses types by what it sees (pandas does) takes the column for what it is, whatever stands in it. */
function wholeNumber(value: number): string {
  return Math.abs(value) < 1e21 ? `${value}.0` : String(value)
}

function defused(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
