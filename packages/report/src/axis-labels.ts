import { printable } from './text.ts'

/** Digits that tell neighbours of a logarithmic axis apart; more only where two labels would be equal. */
const DIGITS = 3
const MOST_DIGITS = 17

/**
 * [value]: what stands beside the values of an axis: numbers with as few digits as tell them apart (`0.00316`,
 * `1e-5`), text as it is, what has a kind by its kind (`small, std 0.1`), anything else as JSON.
 */
export function axisLabels(values: readonly unknown[]): string[] {
  for (let digits = DIGITS; digits < MOST_DIGITS; digits++) {
    const labels = values.map((value) => labelOf(value, digits))
    if (new Set(labels).size === labels.length) return labels
  }
  return values.map((value) => labelOf(value, MOST_DIGITS))
}

function labelOf(value: unknown, digits: number): string {
  if (typeof value === 'number') return numberText(value, digits)
  return printable(hasKind(value) ? kindText(value, digits) : axisValue(value))
}

function hasKind(value: unknown): value is { readonly kind: string } {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
}

function kindText({ kind, ...rest }: { readonly kind: string }, digits: number): string {
  return [kind, ...Object.entries(rest).map(([name, value]) => `${name} ${labelOf(value, digits)}`)].join(', ')
}

/** A number with at most so many significant digits, whole numbers below a million with all of theirs. */
export function numberText(value: number, digits = DIGITS): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  const rounded = Number(value.toPrecision(digits))
  const isPlain = Math.abs(rounded) >= 1e-3 && Math.abs(rounded) < 1e6
  return isPlain || rounded === 0 || !Number.isFinite(rounded) ? String(rounded) : rounded.toExponential().replace('e+', 'e')
}

/** A string as it is, anything else as JSON. */
export function axisValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
