/** Steps per power of ten: 1, 3, 10, 30, ... */
const MANTISSAS = [1, 3] as const

/** 1, 3, 10, 30, 100, ... below the last step: training is fast at first, and slows down by orders. */
export function logSpacedSteps(steps: number): number[] {
  const decades = Math.ceil(Math.log10(Math.max(1, steps))) + 1
  return Array.from({ length: decades }, (_, power) => MANTISSAS.map((mantissa) => mantissa * 10 ** power))
    .flat()
    .filter((step) => step < steps)
}

/** A number of steps, or the end of training. */
export type Moment = number | 'end'

/** What labels one number of a column. */
export function momentLabel(moment: Moment): string {
  return moment === 'end' ? 'end' : `after ${moment} ${moment === 1 ? 'step' : 'steps'}`
}

/** How a column names the moments it holds. */
export function momentsText(moments: readonly Moment[]): string {
  return `after steps ${moments.join(', ')}`
}
