import { logBinomial } from '../agreement/binomial.ts'
import { checkCount, checkOpenUnit } from '../counts.ts'
import { split } from '../special/deviance.ts'

/** Looks after `every`, 2 `every`, ... trials, `looks` in all, at a cell whose probability is p. */
export interface Looking {
  readonly p: number
  readonly every: number
  readonly looks: number
}

/** Less than this has no part in any sum of interest: over 10^4 counts it leaves out 1e-16. */
const NEGLIGIBLE = 1e-20

/**
 * The probability that `event` holds at one look at least: the operating characteristic of a rule that stops at it.
 * Summed exactly over the law of the count, without simulation.
 *
 * @throws RangeError unless every and looks are integers of at least 1 and 0 < p < 1.
 */
export function probabilityOfEver(
  { p, every, looks }: Looking,
  event: (successes: number, trials: number) => boolean,
): number {
  checkOpenUnit('p', p)
  checkCount('every', every, 1)
  checkCount('looks', looks, 1)
  const block = Float64Array.from({ length: every + 1 }, (_, k) => Math.exp(logBinomial(k, every, split(p))))
  let law = Float64Array.of(1)
  let happened = 0
  for (let look = 1; look <= looks; look += 1) {
    law = convolve(law, block)
    for (const [successes, mass] of law.entries()) {
      if (mass < NEGLIGIBLE || !event(successes, look * every)) continue
      happened += mass
      law[successes] = 0
    }
  }
  return happened
}

/** The law of a sum of two independent counts. */
function convolve(first: Float64Array, second: Float64Array): Float64Array<ArrayBuffer> {
  const sum = new Float64Array(first.length + second.length - 1)
  for (const [i, mass] of first.entries()) {
    if (mass < NEGLIGIBLE) continue
    for (const [j, other] of second.entries()) sum[i + j] = (sum[i + j] ?? 0) + mass * other
  }
  return sum
}
