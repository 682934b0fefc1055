import {
  expectedFirstLayerPieces,
  inactiveProbability,
  largeDepthBornDead,
  largeDepthLaw,
  linearPiecesReference,
  maximalPieces,
  startsDemanded,
  sufficientWidth,
} from '@collapsar/statistics'
import type { EntryLaw } from '@collapsar/statistics'
import { initialLaw } from '@collapsar/trial'
import type { TensorLaw, TrialSpec } from '@collapsar/trial'
import { bornDeadTheory, theoryCell } from './born-dead-theory.ts'
import type { BornDeadTheory } from './born-dead-theory.ts'

/** What theory says of a cell; null where no theorem applies. */
export interface CellTheory {
  readonly bornDead: BornDeadTheory
  readonly pieces: {
    /** No network of this shape has more pieces; Infinity beyond binary64 is null. Proved. */
    readonly maximum: number | null
    /** Expected at initialization if every layer adds as many as the first, for which it is exact. A reference, no bound; null for zero biases, where all kinks meet. */
    readonly linear: number | null
  }
  /** Probability of a hidden layer of negative parameters only, which nothing revives: below that of being born dead. */
  readonly inactive: number | null
}

export function cellTheory(spec: TrialSpec): CellTheory {
  const { depth, width, relu, symmetricWeights, zeroBias } = theoryCell(spec)
  return {
    bornDead: bornDeadTheory(spec),
    pieces: { maximum: maximumOf(spec), linear: linearOf(spec) },
    // rows of orthogonal weights are not independent
    inactive: relu && symmetricWeights && spec.network.initialization.kind !== 'orthogonal' ? inactiveProbability({ depth, width, zeroBias }) : null,
  }
}

/**
 * The width from which on P(born dead) <= `level` is proved at the cell's depth, whatever the inputs; null where the theorem's
 * hypotheses fail. Of initialization alone: nothing is proved of deaths in training.
 */
export function provedSafeFromBirth(spec: TrialSpec, level: number): number | null {
  const { depth, relu, symmetricWeights } = theoryCell(spec)
  return relu && symmetricWeights ? sufficientWidth(depth, level) : null
}

/**
 * Fewer starts than this leave a chance above `miss` that all of them have a layer that nothing revives. Necessary, far from
 * sufficient; null where the theorem's hypotheses fail.
 * @source Cheridito, Jentzen and Rossmannek (2021), arXiv:2006.07075
 */
export function provedStartsDemanded(spec: TrialSpec, miss: number): number | null {
  const { depth, width, relu, symmetricWeights, zeroBias } = theoryCell(spec)
  // rows of orthogonal weights are not independent
  if (spec.network.initialization.kind === 'orthogonal') return null
  return startsDemanded({ depth, width, relu, symmetricWeights, zeroBias, gradientOnly: spec.training.noise === undefined }, miss)
}

/** P(born dead) by the law of large depth, [depth] as given; null before the depth from which on it holds, and where it does not. */
export function largeDepthTheory(spec: TrialSpec, depths: readonly number[]): readonly (number | null)[] {
  const { depth: _, ...network } = theoryCell(spec)
  const law = largeDepthLaw(network)
  return depths.map((depth) => (law === null ? null : largeDepthBornDead(law, depth)))
}

/** Of one input, as pieces are counted there; exact, where the document's number is the nearest in binary64. */
export function piecesMaximum(spec: TrialSpec): bigint | null {
  const { depth, inputDim, relu, width } = theoryCell(spec)
  return inputDim === 1 ? maximalPieces({ inputDim, widths: Array<number>(depth - 1).fill(width), relu }) : null
}

function maximumOf(spec: TrialSpec): number | null {
  const maximum = piecesMaximum(spec)
  return maximum === null || !Number.isFinite(Number(maximum)) ? null : Number(maximum)
}

function linearOf(spec: TrialSpec): number | null {
  const { depth, inputDim, relu, symmetricWeights, width, zeroBias } = theoryCell(spec)
  const first = relu && symmetricWeights && inputDim === 1 && !zeroBias ? initialLaw(spec)?.layers[0] : undefined
  const weights = first === undefined ? null : entryLaw(first.weights)
  if (first === undefined || weights === null) return null
  const pieces = expectedFirstLayerPieces({ inputDim, width, relu, weights, biases: entryLaw(first.biases), domain: spec.problem.domain })
  return pieces === null ? null : linearPiecesReference(pieces, depth - 1)
}

function entryLaw(law: TensorLaw): EntryLaw | null {
  return law.kind === 'zero' ? null : law
}
