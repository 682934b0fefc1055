import { numberText } from '../axis-labels.ts'
import { printable } from '../text.ts'

/** A number with its interval where it has one. */
export interface Quantity {
  readonly value: number
  readonly low?: number
  readonly high?: number
}

/** One claim: what has been published, what was measured, and whether they agree. */
export interface VerdictRow {
  readonly name: string
  /** A number, or words where no number was published; null where nothing was. */
  readonly published: Quantity | string | null
  /** Null where nothing was counted. */
  readonly measured: Quantity | null
  /** The values at which the claim passes; an open end is infinite. */
  readonly accept?: readonly [low: number, high: number] | null
  readonly verdict: 'pass' | 'fail' | 'undecided'
  /** How numbers are written; default plain. Percent takes shares in [0, 1]. */
  readonly numbers?: 'plain' | 'percent'
}

/**
 * The rows as a Markdown table, ended by a line feed: paper, published, ours, accepted, verdict. Text that Markdown
 * or HTML would take for markup is escaped.
 */
export function verdictTableOf(rows: readonly VerdictRow[]): string {
  const cells = rows.map((row) => [
    escaped(row.name),
    typeof row.published === 'string' ? escaped(row.published) : publishedText(row),
    measuredText(row),
    acceptText(row),
    row.verdict === 'fail' ? '**fail**' : row.verdict,
  ])
  const lines = [['paper', 'published', 'ours', 'accepted', 'verdict'], ['---', '---', '---', '---', '---'], ...cells]
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('')
}

export function publishedText({ published, numbers }: VerdictRow): string {
  if (published === null) return 'not published'
  return typeof published === 'string' ? published : quantityText(published, numbers)
}

export function measuredText({ measured, numbers }: VerdictRow): string {
  return measured === null ? '–' : quantityText(measured, numbers)
}

/** `[90%, 95.2%]`, `≥ 40`, `≤ 0.25`; a dash where every value is accepted. */
export function acceptText({ accept = null, numbers }: VerdictRow): string {
  if (accept === null) return '–'
  const [low, high] = accept.map((end) => (Number.isFinite(end) ? valueText(end, numbers) : null))
  if (low === null) return high === null ? '–' : `≤ ${high}`
  return high === null ? `≥ ${low}` : `[${low}, ${high}]`
}

function quantityText({ value, low, high }: Quantity, numbers: VerdictRow['numbers']): string {
  const text = valueText(value, numbers)
  return low === undefined || high === undefined ? text : `${text} [${valueText(low, numbers)}, ${valueText(high, numbers)}]`
}

/** Four significant digits, as percent with the sign where asked for; a dash for what is no number. */
function valueText(value: number, numbers: VerdictRow['numbers'] = 'plain'): string {
  if (!Number.isFinite(value)) return '–'
  return numbers === 'percent' ? `${numberText(100 * value, 4)}%` : numberText(value, 4)
}

/** What Markdown or HTML inside it would take for markup. */
function escaped(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>|~&]/g, String.raw`\$&`)
}
