import type { Counts } from '../counts.ts'
import { stirlingError } from '../special/stirling-error.ts'
import { isAbove, isBelow } from './verdicts.ts'
import type { Criterion } from './verdicts.ts'

/** Counts from first to last that leave a cell open. */
export interface OpenRange {
  readonly first: number
  readonly last: number
}

/**
 * The counts of successes, among `trials` known and `gaps` lost outcomes, that would leave some level undecided:
 * disjoint ranges, ascending. Each is about as wide as the interval itself, however many trials there are.
 */
export function openRanges(
  { trials, gaps = 0 }: Omit<Counts, 'successes'>,
  levels: readonly number[],
  criterion: Criterion,
): readonly OpenRange[] {
  const firstNotBelow = (value: number): number =>
    firstTrue(trials, (successes) => !isBelow({ successes, trials, gaps }, value, criterion.threshold))
  const firstAbove = (value: number): number =>
    firstTrue(trials, (successes) => isAbove({ successes, trials, gaps }, value, criterion.threshold))
  const ranges = levels.flatMap((level) => {
    const whole = { first: firstNotBelow(level), last: firstAbove(level) - 1 }
    if (criterion.indifference === null) return [whole]
    const { from, to } = criterion.indifference
    const close = { first: firstAbove(from * level), last: to * level < 1 ? firstNotBelow(to * level) - 1 : trials }
    if (close.last < close.first) return [whole]
    const [before, after] = [Math.min(whole.last, close.first - 1), Math.max(whole.first, close.last + 1)]
    return [{ first: whole.first, last: before }, { first: after, last: whole.last }]
  })
  return merge(ranges.filter(({ first, last }) => first <= last))
}

/**
 * The probability that `more` trials lead to a count outside the ranges: what is known of the cell makes its
 * probability Beta(k + 1/2, n - k + 1/2), and so the count of further successes beta-binomial. Summed exactly.
 */
export function decisionProbability({ successes, trials }: Counts, more: number, ranges: readonly OpenRange[]): number {
  const law = { a: successes + 0.5, b: trials - successes + 0.5, draws: more }
  const open = ranges.reduce((sum, { first, last }) => {
    const further = { first: Math.max(0, first - successes), last: Math.min(more, last - successes) }
    return sum + betaBinomialBetween(law, further)
  }, 0)
  return Math.max(0, 1 - open)
}

/** The count of successes in `draws` trials whose common probability has the law Beta(a, b). */
interface BetaBinomial {
  readonly a: number
  readonly b: number
  readonly draws: number
}

/** Starts at the likeliest count of the range, so that nothing underflows that matters, and walks to either side. */
function betaBinomialBetween(law: BetaBinomial, { first, last }: OpenRange): number {
  if (first > last) return 0
  const { a, b, draws } = law
  const mode = a <= 1 ? 0 : b <= 1 ? draws : Math.round(((a - 1) * (draws + 1)) / (a + b - 2))
  const start = Math.min(last, Math.max(first, mode))
  const peak = Math.exp(logMass(law, start))
  let sum = peak
  let mass = peak
  for (let k = start; k < last && mass > 0; k += 1) {
    mass *= ((draws - k) * (k + a)) / ((k + 1) * (draws - k - 1 + b))
    sum += mass
  }
  mass = peak
  for (let k = start; k > first && mass > 0; k -= 1) {
    mass *= (k * (draws - k + b)) / ((draws - k + 1) * (k - 1 + a))
    sum += mass
  }
  return sum
}

/** ln of C(n, k) B(k + a, n - k + b) / B(a, b). */
function logMass({ a, b, draws }: BetaBinomial, k: number): number {
  const choose = logGamma(draws + 1) - logGamma(k + 1) - logGamma(draws - k + 1)
  return choose + logBeta(k + a, draws - k + b) - logBeta(a, b)
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

function logGamma(a: number): number {
  return (a - 0.5) * Math.log(a) - a + 0.5 * Math.log(2 * Math.PI) + stirlingError(a)
}

/** The least count in [0, most] at which a rising condition holds; most + 1 if it never does. */
function firstTrue(most: number, holds: (count: number) => boolean): number {
  let [least, end] = [0, most + 1]
  while (least < end) {
    const middle = Math.floor((least + end) / 2)
    if (holds(middle)) end = middle
    else least = middle + 1
  }
  return least
}

function merge(ranges: readonly OpenRange[]): readonly OpenRange[] {
  const merged: OpenRange[] = []
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const last = merged.at(-1)
    if (last === undefined || range.first > last.last + 1) merged.push(range)
    else merged[merged.length - 1] = { first: last.first, last: Math.max(last.last, range.last) }
  }
  return merged
}
