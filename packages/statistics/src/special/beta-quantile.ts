import { logRegularizedBeta } from './incomplete-beta.ts'
import type { BetaLaw } from './incomplete-beta.ts'
import type { Split } from './deviance.ts'

/** Newton's method here converges quadratically and from one side; 8 steps are usual. */
const NEWTON_STEPS = 200

/** The point below which Beta(a, b) has probability `tail`, 0 < tail <= 1/2, to a relative error of about 1e-14. */
export function betaLowerQuantile(tail: number, law: BetaLaw): number {
  return solveLogTail(tail, law).p
}

/** The point above which Beta(a, b) has probability `tail`, 0 < tail <= 1/2. */
export function betaUpperQuantile(tail: number, law: BetaLaw): number {
  return solveLogTail(tail, { a: law.b, b: law.a }).q
}

/**
 * Solves ln I_p(a, b) = ln tail for the log odds w of p. The density of w is log-concave for every a and b, hence so
 * is its distribution function: Newton's first step from the mean lands at or below the root, the others rise to it.
 */
function solveLogTail(tail: number, law: BetaLaw): Split {
  const target = Math.log(tail)
  let logOdds = Math.log(law.a / law.b)
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    const { log, slope } = logRegularizedBeta(fromLogOdds(logOdds), law)
    const change = (target - log) / slope
    logOdds += change
    const settled = Math.abs(change) <= 2 * Number.EPSILON * Math.max(1, Math.abs(logOdds))
    if (settled || (step > 1 && change < 0)) return fromLogOdds(logOdds)
  }
  throw new RangeError(`no quantile of Beta(${law.a}, ${law.b}) found for a tail of ${tail}`)
}

function fromLogOdds(w: number): Split {
  const small = Math.exp(-Math.abs(w)) / (1 + Math.exp(-Math.abs(w)))
  const large = 1 / (1 + Math.exp(-Math.abs(w)))
  return w < 0 ? { p: small, q: large } : { p: large, q: small }
}
