import { checkCount } from '../counts.ts'
import { createPolarTables } from './polar-tables.ts'
import { createRandomStream } from '../special/random-stream.ts'
import { drawCosine } from './rectified-pair.ts'
import type { Randomness } from './rectified-pair.ts'

/** Probability of being born dead at one depth. */
export interface BornDeadPoint {
  readonly depth: number
  readonly estimate: number
  /** 0 where the value is exact. */
  readonly standardError: number
  /** A closed form, not a simulation. */
  readonly exact: boolean
}

export interface TwoRayOptions {
  readonly width: number
  readonly maxDepth: number
  /** Independent chains; 20,000 give about three digits. */
  readonly repetitions?: number
  /** Names the simulation's own random numbers, an integer in [0, 2^32). */
  readonly seed?: number
}

/**
 * P(born dead) at depths 2, 3, ..., maxDepth of a ReLU network of constant width with Gaussian weights, zero biases
 * and inputs on two opposite rays (one-dimensional inputs of both signs). The scale of the weights does not matter.
 *
 * Each chain draws only the cosine between the images of the two rays, given that both are alive and not parallel, and
 * carries the exact probabilities of having lost one ray or both (Rao-Blackwell). To depth 3, and for width 1, every
 * chain gives the same: closed forms. A chain has its own stream, so a longer curve begins with the shorter one.
 *
 * @throws RangeError unless width >= 1, maxDepth >= 2 and repetitions >= 2 are integers.
 */
export function twoRayBornDead(options: TwoRayOptions): readonly BornDeadPoint[] {
  const { width, maxDepth, repetitions = 20_000, seed = 1 } = options
  checkCount('width', width, 1)
  checkCount('maxDepth', maxDepth, 2)
  checkCount('repetitions', repetitions, 2)
  checkCount('seed', seed)
  const simulated = width > 1 && maxDepth > 3
  const moments = simulated ? simulateChains(width, maxDepth, { repetitions, seed }) : null
  return Array.from({ length: maxDepth - 1 }, (_, index) => {
    const depth = index + 2
    const estimate = twoRayExact({ depth, width })
    if (estimate !== null) return { depth, estimate, standardError: 0, exact: true }
    return { depth, ...summarize(moments, depth, repetitions), exact: false }
  })
}

/**
 * The closed forms: 0 up to depth 2 (a unit is alive on one of two opposite rays), 4^-N (3 - 2^(1-N)) at depth 3, and
 * 1 - 2^-(L-2) at width 1; null elsewhere. They need independent weights with symmetric laws, not Gaussian ones.
 */
export function twoRayExact({ depth, width }: { readonly depth: number; readonly width: number }): number | null {
  if (depth <= 2) return 0
  if (width === 1) return 1 - 2 ** (2 - depth)
  return depth === 3 ? 4 ** -width * (3 - 2 ** (1 - width)) : null
}

/** Sums over chains of P(dead) and of its square, [depth]. */
interface Moments {
  readonly sum: Float64Array
  readonly squares: Float64Array
}

interface Repetition {
  readonly repetitions: number
  readonly seed: number
}

function simulateChains(width: number, maxDepth: number, { repetitions, seed }: Repetition): Moments {
  const moments = { sum: new Float64Array(maxDepth + 1), squares: new Float64Array(maxDepth + 1) }
  const tables = createPolarTables()
  const words = new Int32Array(2 * width)
  for (let chain = 0; chain < repetitions; chain += 1) {
    followChain(width, { stream: createRandomStream(seed, width, chain), tables, words }, moments)
  }
  return moments
}

/** Adds one chain's probability of being dead, for every depth from 3 on. */
function followChain(width: number, randomness: Randomness, { sum, squares }: Moments): void {
  const e = 2 ** -width
  let cosine = 0
  let none = 0
  let one = 2 * e
  let both = 1 - 2 * e
  for (let depth = 3; depth < sum.length; depth += 1) {
    const bothDie = integerPower(0.25 + Math.asin(cosine) / (2 * Math.PI), width)
    none += one * e + both * bothDie
    one += both * (2 * e + (width - 2) * bothDie) - one * e
    both *= 1 - 2 * e - (width - 1) * bothDie
    sum[depth] = (sum[depth] ?? 0) + none
    squares[depth] = (squares[depth] ?? 0) + none * none
    if (depth + 1 < sum.length) cosine = drawCosine(width, cosine, randomness)
  }
}

function summarize(
  moments: Moments | null,
  depth: number,
  repetitions: number,
): { estimate: number; standardError: number } {
  const estimate = (moments?.sum[depth] ?? 0) / repetitions
  const variance = Math.max(0, (moments?.squares[depth] ?? 0) / repetitions - estimate * estimate)
  return { estimate, standardError: Math.sqrt(variance / (repetitions - 1)) }
}

/** base^exponent by squaring: six times the speed of `**` in this loop. */
function integerPower(base: number, exponent: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest >>>= 1) {
    if ((rest & 1) === 1) result *= square
    square *= square
  }
  return result
}
