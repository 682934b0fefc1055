import type { Installation } from './installation.ts'

/** One figure with its goal. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** The value must lie below (or above) this; null: reported, not judged. */
  readonly goal: { readonly below: number } | { readonly above: number } | null
  /** Depends on the machine's speed: judged in the full and quick forms alone. */
  readonly isSpeed: boolean
}

export interface Measurement {
  /** What `npm run load -- ID` names. */
  readonly id: string
  readonly what: string
  readonly limitSeconds: number
  /** Runs only by name. */
  readonly byName?: boolean
  run(installation: Installation): Promise<readonly Figure[]>
}

export function speed(what: string, value: number, unit: string, goal: Figure['goal']): Figure {
  return { what, value, unit, goal, isSpeed: true }
}

/** A count or a size, which no busy machine excuses. */
export function fact(what: string, value: number, unit: string, goal: Figure['goal']): Figure {
  return { what, value, unit, goal, isSpeed: false }
}

export function isMet({ value, goal }: Figure): boolean {
  if (goal === null) return true
  return 'below' in goal ? value < goal.below : value > goal.above
}

/** Nearest-rank quantile. @throws RangeError when there is no value */
export function quantile(values: readonly number[], share: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]
  if (value === undefined) throw new RangeError('invalid values: none')
  return value
}
