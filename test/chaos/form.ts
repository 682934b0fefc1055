/**
 * How hard the faults strike: `full` is what the documented table is measured with (`npm run chaos`), `quick` takes some minutes
 * (`npm run chaos -- --quick`), `short` is part of `npm test`.
 */
export type Form = 'full' | 'quick' | 'short'

const FORMS: readonly Form[] = ['full', 'quick', 'short']

export const FORM: Form = formOf(process.env['CHAOS'] ?? 'short')

function formOf(value: string): Form {
  const form = FORMS.find((known) => known === value)
  if (form === undefined) throw new RangeError(`CHAOS is ${value}; accepted: ${FORMS.join(', ')}`)
  return form
}

/** A strength in each form, in the order full, quick, short. */
export function strength(full: number, quick: number, short: number): number {
  return { full, quick, short }[FORM]
}
