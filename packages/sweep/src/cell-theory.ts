import { inactiveProbability, linearPiecesReference, expectedFirstLayerPieces, maximalPieces } from '@collapsar/statistics'
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
