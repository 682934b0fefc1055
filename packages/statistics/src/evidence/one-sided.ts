import { checkCount, checkCounts, checkOpenUnit } from '../counts.ts'
import type { Counts } from '../counts.ts'
import { deviation, split } from '../special/deviance.ts'
import type { Split } from '../special/deviance.ts'
import { logRegularizedBeta, tailFraction } from '../special/incomplete-beta.ts'
import { logMixtureRatio } from './mixture.ts'

/**
 * ln E, the evidence that p is below `threshold`, against p >= threshold: the likelihood averaged over the
 * Beta(1/2, 1/2) law cut to (0, threshold), over the likelihood at the threshold. Conclude "safe" once E reaches
 * 1 / alpha; under p >= threshold that ever happens with probability at most alpha, however often one looks.
 * Lost trials count as successes, the worst case for this claim.
 *
 * @throws RangeError on counts that are not integers with 0 <= successes <= trials, or a threshold outside (0, 1).
 */
export function safeEvidence({ successes, trials, gaps = 0 }: Counts, threshold: number): number {
  checkEvidence(successes, trials, gaps, threshold)
  return logEvidenceBelow(successes + gaps, trials + gaps, split(threshold))
}

/** ln E, the evidence that p is above `threshold`: `safeEvidence` mirrored. Lost trials count as failures. */
export function unsafeEvidence({ successes, trials, gaps = 0 }: Counts, threshold: number): number {
  checkEvidence(successes, trials, gaps, threshold)
  return logEvidenceBelow(trials + gaps - successes, trials + gaps, { p: 1 - threshold, q: threshold })
}

/** `safeEvidence` of counts that need not be integers: what they are expected to become. 0 <= k <= n. */
export function realEvidenceBelow(k: number, n: number, threshold: number): number {
  return logEvidenceBelow(k, n, split(threshold))
}

/** `unsafeEvidence` of such counts. */
export function realEvidenceAbove(k: number, n: number, threshold: number): number {
  return logEvidenceBelow(n - k, n, { p: 1 - threshold, q: threshold })
}

function checkEvidence(successes: number, trials: number, gaps: number, threshold: number): void {
  checkCounts(successes, trials)
  checkCount('gaps', gaps)
  checkOpenUnit('threshold', threshold)
}

/**
 * ln [ I_p(a, b) B(a, b) / (I_p(1/2, 1/2) pi p^k q^(n-k)) ], a = k + 1/2, b = n - k + 1/2. Where the tail I_p is a
 * continued fraction, I_p = p^a q^b / (B f), everything that grows with n cancels and sqrt(p q) / f is left.
 */
function logEvidenceBelow(k: number, n: number, at: Split): number {
  const law = { a: k + 0.5, b: n - k + 0.5 }
  const priorMass = (2 / Math.PI) * Math.atan(Math.sqrt(at.p / at.q))
  if (deviation(law.a, n + 1, at) >= 0) {
    return Math.log(Math.sqrt(at.p * at.q) / (Math.PI * priorMass * tailFraction(at, law)))
  }
  return logRegularizedBeta(at, law).log + logMixtureRatio(k, n, at.p) - Math.log(priorMass)
}
