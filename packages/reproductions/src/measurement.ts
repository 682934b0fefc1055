/** What a comparison says. `undecided`: the trials agree, but would also have agreed with something materially else. */
export type Verdict = 'pass' | 'fail' | 'undecided'

/**
 * Where the number comes from that ours is held against: printed in the paper, an independent simulation of the same
 * protocol with other code, or a proved formula.
 */
export type ReferenceKind = 'published' | 'simulated' | 'proved'

/** The number that ours is held against, with its origin. */
export interface ReferenceValue {
  readonly kind: ReferenceKind
  /** As printed: `0.938 of 1,000 runs`, `below 1%`. */
  readonly text: string
  /** The number itself, in the unit of what is measured; absent where a range is stated. */
  readonly value?: number
  /** The range that is stated; an end without a limit is null. */
  readonly range?: readonly [low: number | null, high: number | null]
}

/** What was measured: a number, its interval and how many trials it rests on. */
export interface MeasuredValue {
  /** `share`: of trials, shown in percent. `number`: in the unit that the comparison names. */
  readonly unit: 'share' | 'number'
  readonly estimate: number | null
  readonly low: number | null
  readonly high: number | null
  /** Coverage of the interval. */
  readonly level: number
  /** `confidence-sequence`, `normal`, ... */
  readonly method: string
  readonly trials: number
}

/**
 * The smallest deviations of the truth from the reference, downwards and upwards, that would have made this comparison fail
 * with probability 0.8 at least, given its number of trials; null where no deviation on that side would.
 */
export interface Detectable {
  readonly below: number | null
  readonly above: number | null
}

/** One number of a target beside its reference. */
export interface Measurement {
  readonly what: string
  readonly measured: MeasuredValue
  readonly reference: ReferenceValue
  /** When it passes, fails or stays undecided, in words. */
  readonly rule: string
  /** Of the hypothesis that there is no deviation; null where the rule is not a test. */
  readonly pValue: number | null
  readonly detectable: Detectable
  readonly verdict: Verdict
}

/** Probability with which a deviation is to be seen for it to count as detectable. */
export const POWER = 0.8

/** Probability, at most, that any comparison of one target fails although nothing deviates. */
export const FAMILY_FALSE_ALARM = 1e-3

/** One failure fails the whole; otherwise one undecided leaves it undecided. */
export function verdictOf(measurements: readonly Measurement[]): Verdict {
  const verdicts = measurements.map((measurement) => measurement.verdict)
  if (verdicts.includes('fail')) return 'fail'
  return verdicts.includes('undecided') || verdicts.length === 0 ? 'undecided' : 'pass'
}
