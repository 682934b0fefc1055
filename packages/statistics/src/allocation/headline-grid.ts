import { createRandomStream, fillWords } from '../special/random-stream.ts'
import { twoRayBornDead } from '../born-dead/two-ray.ts'

/** A cell of the simulated map, with its true probabilities. */
export interface SimulatedCell {
  readonly depth: number
  readonly width: number
  readonly bornDead: { readonly estimate: number; readonly standardError: number }
  readonly diedGivenAlive: number
  readonly collapse: number
  /** Weights of the network, to which the work of a trained trial is proportional. */
  readonly cost: number
}

const WIDTHS = [1, 2, 3, 4, 5, 6, 8, 10]
const MAX_DEPTH = 20

/**
 * The map of depths 2 to 20 at eight widths with true probabilities that look like those of training |x|: born dead by
 * the two-ray theory, died given alive by a model that follows shares measured at widths 2, 3, 4, 8 and depths 3, 5,
 * 10, 20 (250 to 600 networks each, Adam 1e-3, 3,000 steps): 0.22, 0.32, 0.36, 0.60 at width 2, to 0, 0, 0.01, 0.07
 * at width 8. A stand-in for the simulation of decisions, not a statement about training.
 */
export function headlineGrid(): readonly SimulatedCell[] {
  return WIDTHS.flatMap((width) =>
    twoRayBornDead({ width, maxDepth: MAX_DEPTH }).map(({ depth, estimate, standardError }) => {
      const diedGivenAlive = modelledDeath(depth, width)
      const collapse = estimate + (1 - estimate) * diedGivenAlive
      const cost = 2 * width + (depth - 2) * width * width
      return { depth, width, bornDead: { estimate, standardError }, diedGivenAlive, collapse, cost }
    }),
  )
}

/** Complementary log-log linear in the width, ln(depth - 1) and their product. */
function modelledDeath(depth: number, width: number): number {
  const eta = 0.85 - 0.43 * width + (0.1 + 0.25 * width) * Math.log((depth - 1) / (MAX_DEPTH - 1))
  return -Math.expm1(-Math.exp(eta))
}

/** Names a sequence of independent trials. */
export interface Drawing {
  readonly seed: number
  readonly cell: number
  readonly purpose?: number
}

/** `trialsPerBlock` trials after another from one fixed sequence: returns the successes of the next block. */
export function createBlockDraws(p: number, trialsPerBlock: number, drawing: Drawing): () => number {
  const { seed, cell, purpose = 0 } = drawing
  const stream = createRandomStream(seed, cell, purpose)
  const words = new Int32Array(trialsPerBlock)
  const threshold = p * 2 ** 32
  return () => {
    fillWords(words, stream)
    return words.reduce((count, word) => (word >>> 0 < threshold ? count + 1 : count), 0)
  }
}
