import { checkCount } from '../counts.ts'
import type { TheoryCell } from './theory.ts'
import { twoRayBornDead } from './two-ray.ts'

/** The depth at which the amplitude is read off: by then it has settled to five digits at every width on offer. */
const SETTLED_DEPTH = 40

/** First depth at which the law is within 0.0015 of the simulated curve, [width]; wider networks settle too late to be of use. */
const FIRST_DEPTH: readonly (number | undefined)[] = [undefined, 2, 10, 10, 15, 20]

/** What the law supposes of a cell, whatever its depth. */
export type LargeDepthCase = Omit<TheoryCell, 'depth'>

/** P(born dead) ~ 1 - amplitude ratio^(L - 2). */
export interface LargeDepthLaw {
  readonly amplitude: number
  /** Of the amplitude; 0 where it is exact. */
  readonly standardError: number
  /** 1 - 2^-N, exactly: what each further layer leaves alive. */
  readonly ratio: number
  /** Do not draw it before this depth; from here on its absolute error is at most 0.0015. */
  readonly firstDepth: number
}

/**
 * How the probability of being born dead approaches 1 with depth: once the images of the two rays have merged, each
 * hidden layer kills what lives with probability 2^-N exactly. The amplitude, which remembers how they merged, has no
 * closed form past width 1; it is simulated to depth 40 by `twoRayBornDead`, whose repetitions and seed these are.
 *
 * Null unless inputs are one-dimensional and of both signs, biases zero, weights independent and Gaussian, units ReLU,
 * and the width at most 5.
 *
 * @throws RangeError unless width is an integer of at least 1.
 */
export function largeDepthLaw(
  network: LargeDepthCase,
  { repetitions = 20_000, seed = 1 }: { readonly repetitions?: number; readonly seed?: number } = {},
): LargeDepthLaw | null {
  const { width } = network
  checkCount('width', width, 1)
  const firstDepth = FIRST_DEPTH[width]
  if (firstDepth === undefined || !isTwoRayCase(network)) return null
  const ratio = 1 - 2 ** -width
  const settled = twoRayBornDead({ width, maxDepth: SETTLED_DEPTH, repetitions, seed }).at(-1)
  if (width === 1 || settled === undefined) return { amplitude: 1, standardError: 0, ratio, firstDepth }
  const scale = ratio ** (SETTLED_DEPTH - 2)
  return {
    amplitude: (1 - settled.estimate) / scale,
    standardError: settled.standardError / scale,
    ratio,
    firstDepth,
  }
}

/** The law at one depth; null before its first. */
export function largeDepthBornDead(law: LargeDepthLaw, depth: number): number | null {
  checkCount('depth', depth, 1)
  return depth < law.firstDepth ? null : 1 - law.amplitude * law.ratio ** (depth - 2)
}

function isTwoRayCase({ inputDim, raysOfInput, zeroBias, gaussianWeights, relu }: LargeDepthCase): boolean {
  return inputDim === 1 && raysOfInput === 'both' && zeroBias && gaussianWeights && relu
}
