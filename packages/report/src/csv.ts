import type { SweepDocument } from '@collapsar/sweep'
import { columnsOf } from './columns.ts'
import type { View } from './overlay.ts'

/**
 * One row for each cell after a header row (RFC 4180: CRLF, fields quoted where needed), UTF-8. Numbers are the
 * shortest decimals that read back as the same binary64 value; an empty field means "none".
 *
 * Text that a spreadsheet would run as a formula is preceded by an apostrophe (OWASP, "CSV Injection").
 */
export function csvOf(document: SweepDocument, view: View = {}): string {
  const columns = columnsOf(document, view.overlay)
  const rows = document.cells.map((_, row) => columns.map(({ values }) => field(values[row] ?? null)))
  return [columns.map(({ name }) => name), ...rows].map((fields) => `${fields.join(',')}\r\n`).join('')
}

function field(value: string | number | null): string {
  if (value === null) return ''
  return typeof value === 'number' ? String(value) : quoted(defused(value))
}

function defused(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
