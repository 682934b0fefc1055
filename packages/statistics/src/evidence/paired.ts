import { binomialTails } from '../agreement/binomial.ts'
import { checkCount } from '../counts.ts'
import { logMixtureRatio } from './mixture.ts'

/** Two settings on the same initial networks: in how many trials the event happened under one of them only. */
export interface Discordant {
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Pairs of which an outcome is lost; none unless said. */
  readonly gaps?: number
}

export interface PairedComparison {
  /** Exact two-sided McNemar test; for a number of trials fixed beforehand. */
  readonly pValue: number
  /** ln E against equal probabilities, valid whenever one looks; at level 5% they differ once it reaches ln 20. */
  readonly logEvidence: number
}

/**
 * Whether two settings, run on the same draws, differ in the probability of an event. A trial on which they agree
 * says nothing; under equality each of the others falls to either side with probability 1/2. Lost pairs count as what
 * speaks most for equality: for the rarer side until both are even, then for either in turn.
 *
 * @throws RangeError unless the counts are integers of at least 0.
 * Source: McNemar, Psychometrika 12 (1947) 153, in its exact form; the evidence is the Beta(1/2, 1/2) mixture at 1/2.
 */
export function comparePaired({ onlyFirst, onlySecond, gaps = 0 }: Discordant): PairedComparison {
  checkCount('onlyFirst', onlyFirst)
  checkCount('onlySecond', onlySecond)
  checkCount('gaps', gaps)
  const discordant = onlyFirst + onlySecond + gaps
  const rarer = Math.min(Math.min(onlyFirst, onlySecond) + gaps, Math.floor(discordant / 2))
  const { lower } = binomialTails(rarer, discordant, 0.5)
  return { pValue: Math.min(1, 2 * lower), logEvidence: logMixtureRatio(rarer, discordant, 0.5) }
}
