import type { UncertainNumber } from './number.ts'

/** The ratio of two numbers measured apart, with its error by the delta method. */
export function ratioOf(above: UncertainNumber, below: UncertainNumber): UncertainNumber {
  const value = above.value / below.value
  const relative = Math.hypot(above.standardError / above.value, below.standardError / below.value)
  return { value, standardError: value * relative, trials: above.trials + below.trials }
}

/**
 * The number of kinds among n trials, with the error of its expectation by the jackknife: leaving out a trial loses a kind only where no other
 * trial is of it. On average this error is too large rather than too small.
 * @param members number of trials of each kind, [kind]
 * @source Efron and Stein 1981, "The jackknife estimate of variance", Ann. Statist. 9, 586-596
 */
export function kindsOf(members: readonly number[]): UncertainNumber {
  const trials = members.reduce((sum, count) => sum + count, 0)
  const once = members.filter((count) => count === 1).length
  const variance = ((trials - 1) / trials) * once * (1 - once / trials)
  return { value: members.length, standardError: Math.sqrt(variance), trials }
}
