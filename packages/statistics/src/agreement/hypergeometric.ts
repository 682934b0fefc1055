import { checkCount, checkCounts } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { logBinomial } from './binomial.ts'
import type { Tails } from './binomial.ts'

/** A term this small next to the sum, falling faster than geometrically, no longer changes it. */
const NEGLIGIBLE = 1e-18

/**
 * Fisher's two tails: given the successes of two samples together, the probability that the first has at most, and
 * at least, as many as it has. Exact whenever both samples have the same probability, at any size.
 * Sums outwards from the observed count, about 10 standard deviations of terms.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials.
 */
export function fisherTails(first: Counts, second: Counts): Tails {
  checkCounts(first.successes, first.trials)
  checkCounts(second.successes, second.trials)
  const trials = first.trials + second.trials
  const table = { drawn: first.trials, marked: first.successes + second.successes, population: trials }
  checkCount('trials of both samples together', trials)
  return { lower: tail(first.successes, table, -1), upper: tail(first.successes, table, 1) }
}

/** `drawn` out of a population of which `marked` are successes. */
interface Draw {
  readonly drawn: number
  readonly marked: number
  readonly population: number
}

function tail(k: number, table: Draw, direction: 1 | -1): number {
  const mode = Math.floor(((table.drawn + 1) * (table.marked + 1)) / (table.population + 2))
  const towardsMode = (mode - k) * direction > 0
  // On the far side of the mode the other tail is the smaller one: take the complement.
  if (towardsMode) return Math.min(1, 1 - outwardSum(k - direction, table, direction === 1 ? -1 : 1))
  return Math.min(1, outwardSum(k, table, direction))
}

function outwardSum(k: number, table: Draw, direction: 1 | -1): number {
  const least = Math.max(0, table.drawn + table.marked - table.population)
  const most = Math.min(table.drawn, table.marked)
  if (k < least || k > most) return 0
  let term = Math.exp(logHypergeometric(k, table))
  let sum = term
  for (let x = k; direction === 1 ? x < most : x > least; x += direction) {
    term *= direction === 1 ? upwardRatio(x, table) : 1 / upwardRatio(x - 1, table)
    sum += term
    if (term <= NEGLIGIBLE * sum) break
  }
  return sum
}

/** P(X = x + 1) / P(X = x). */
function upwardRatio(x: number, { drawn, marked, population }: Draw): number {
  return ((marked - x) / (x + 1)) * ((drawn - x) / (population - marked - drawn + x + 1))
}

/** ln P(X = x), from three binomial terms, whose shared probability is free: Loader (2000). */
function logHypergeometric(x: number, { drawn, marked, population }: Draw): number {
  if (drawn === 0 || drawn === population || marked === 0 || marked === population) return 0
  const at = { p: drawn / population, q: (population - drawn) / population }
  const unmarked = population - marked
  return (
    logBinomial(x, marked, at) + logBinomial(drawn - x, unmarked, at) - logBinomial(drawn, population, at)
  )
}
