import { checkCounts, checkOpenUnit, checkProbability } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { binomialTails } from './binomial.ts'
import type { Tails } from './binomial.ts'
import { fisherTails } from './hypergeometric.ts'

/**
 * A published or simulated probability. `trials` says how many trials it rests on; `standardError` stands for them
 * where only it is printed, and 0 means that the probability is exact.
 */
export type Reference =
  | { readonly probability: number; readonly standardError: number }
  | { readonly probability: number; readonly trials: number }

export interface Agreement {
  readonly agrees: boolean
  /** Twice the smaller exact tail, at most 1. */
  readonly pValue: number
}

/** A reference resting on more trials than this has no error that a test could notice. */
const AS_GOOD_AS_EXACT = 1e12

/**
 * Whether counts agree with a reference value, given that it has an error of its own. An exact binomial test where
 * the reference is exact; otherwise Fisher's exact two-sample test against the p (1 - p) / standardError^2 trials
 * that the error is worth. No normal approximation anywhere, so entries of 0 and 1 need no special care: a table's
 * "0" should be given with its `trials`, since with standard error 0 it claims impossibility.
 *
 * @param falseAlarm probability, at most, of a disagreement where there is none. For m comparisons that shall raise
 *   a false alarm in at most a share f of all runs, pass f / m.
 * @throws RangeError on impossible counts, a probability outside [0, 1], or a standard error no sample could have.
 */
export function agrees(observed: Counts, reference: Reference, falseAlarm: number): Agreement {
  checkCounts(observed.successes, observed.trials)
  checkOpenUnit('falseAlarm', falseAlarm)
  const { lower, upper } = tails(observed, reference)
  const pValue = Math.min(1, 2 * Math.min(lower, upper))
  return { agrees: pValue >= falseAlarm, pValue }
}

function tails(observed: Counts, reference: Reference): Tails {
  const trials = effectiveTrials(reference)
  const { probability } = reference
  if (trials > AS_GOOD_AS_EXACT) return binomialTails(observed.successes, observed.trials, probability)
  return fisherTails(observed, { successes: Math.round(trials * probability), trials })
}

/** The number of independent trials whose share has this standard error; infinite for an exact value. */
function effectiveTrials(reference: Reference): number {
  checkProbability('probability', reference.probability)
  if ('trials' in reference) {
    checkCounts(0, reference.trials)
    return reference.trials
  }
  const { probability, standardError } = reference
  if (!(standardError >= 0)) throw new RangeError(`standardError must not be negative, got ${standardError}`)
  if (standardError === 0) return Infinity
  const trials = Math.round((probability * (1 - probability)) / standardError ** 2)
  if (trials >= 1) return trials
  throw new RangeError(`standardError ${standardError} is no sample's error of a share of ${probability}`)
}
