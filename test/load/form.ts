/**
 * How hard the service is loaded: `full` is what the documented table is measured with (`npm run load`), `quick` takes some minutes
 * (`npm run load -- --quick`), `short` is part of `npm test` and judges what does not depend on the machine's speed.
 */
export type Form = 'full' | 'quick' | 'short'

const FORMS: readonly Form[] = ['full', 'quick', 'short']

export const FORM: Form = formOf(process.env['LOAD'] ?? 'short')

function formOf(value: string): Form {
  const form = FORMS.find((known) => known === value)
  if (form === undefined) throw new RangeError(`LOAD is ${value}; accepted: ${FORMS.join(', ')}`)
  return form
}

/** An amount in each form, in the order full, quick, short. */
export function amount(full: number, quick: number, short: number): number {
  return { full, quick, short }[FORM]
}
