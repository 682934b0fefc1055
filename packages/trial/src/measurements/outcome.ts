import { END } from '../batch.ts'
import { convergedLoss } from '../converged-loss.ts'
import type { Outcome } from '../record.ts'
import type { LossKind } from '../trial.ts'
import type { TargetScale } from './target-scale.ts'

/** The facts about one trained network from which its outcome follows; `TrainedBatch` defines them. */
export interface OutcomeFacts {
  readonly end: number
  readonly initialDeadLayer: number
  readonly deadLayer: number
  readonly firstDeadStep: number
  readonly loss: number
  readonly earlierLoss: number
  /** Largest range max - min of an output on the training points. */
  readonly outputRange: number
  readonly deadPoints: number
}

/** What all trials of a cell have in common. */
export interface OutcomeSetting {
  readonly loss: LossKind
  /** Updates asked for. */
  readonly steps: number
  /** Number of training points. */
  readonly points: number
  readonly scale: TargetScale
}

/** Diverged above so many times the best constant's loss. Ours; generous, as a fit never needs to pass it. */
const DIVERGED_LOSS = 1e3

/** An output range below so much of 1 + max|y| is a constant, computed with rounding (binary32 has 6e-8). */
const CONSTANT_RANGE = 1e-6

/** Nearly constant: explains under 1% of the best constant's loss, with a range under 5% of the targets' deviation. */
const UNEXPLAINED_SHARE = 0.01
const FLAT_RANGE = 0.05

/** Share of the points that a dead path maps to a constant: "half-trained" (Lu et al. 2020, arXiv 1903.06733). */
const PARTIALLY_DEAD = 0.05

/** Relative improvement of the loss over the last fifth of the steps. */
const STALLED_IMPROVEMENT = 0.01

/**
 * The outcome of a trial: exhaustive and exclusive, the first rule that holds.
 *
 * Collapse, divergence and convergence are measured against the loss of the best constant. For mse that loss is Var(y)
 * and the explained share 1 - loss / best is R^2. For mae and huber the squared error is not among a trial's facts; there the
 * explained share is taken of the loss itself, and is 0 for the best constant and 1 for a perfect fit as well.
 *
 * `died_in_training` needs the certificate *and* a dead layer at the end; a network dead at the end without one has
 * range 0 and so is `collapsed_functional`. Without steps there is nothing between `born_dead` and `unfinished`.
 *
 * `born_dead` is a fact of step 0, of the same probability whatever the training. Absolute parameter noise alone trains such a
 * network and can revive it: it is counted as born dead all the same, and what it became stands in its loss and dead points.
 */
export function outcomeOf(facts: OutcomeFacts, setting: OutcomeSetting): Outcome {
  if (facts.initialDeadLayer > 0) return 'born_dead'
  if (setting.steps === 0) return 'unfinished'
  if (isDiverged(facts, setting)) return 'diverged'
  if (facts.firstDeadStep > 0 && facts.deadLayer > 0) return 'died_in_training'
  if (isConstant(facts, setting)) return 'collapsed_functional'
  if (facts.loss <= convergedLoss(setting.loss, setting.scale.bestConstantLoss)) return 'converged'
  if (facts.deadPoints >= PARTIALLY_DEAD * setting.points) return 'partially_collapsed'
  return isStalled(facts, setting) ? 'stalled' : 'unfinished'
}

function isDiverged({ end, loss }: OutcomeFacts, { scale }: OutcomeSetting): boolean {
  return end === END.diverged || !Number.isFinite(loss) || loss > DIVERGED_LOSS * scale.bestConstantLoss
}

function isConstant({ loss, outputRange }: OutcomeFacts, { scale }: OutcomeSetting): boolean {
  if (outputRange <= CONSTANT_RANGE * (1 + scale.largest)) return true
  const explained = 1 - loss / scale.bestConstantLoss
  return explained < UNEXPLAINED_SHARE && outputRange < FLAT_RANGE * Math.sqrt(scale.variance)
}

/** Under five steps have no last fifth, and no verdict. */
function isStalled({ loss, earlierLoss }: OutcomeFacts, { steps }: OutcomeSetting): boolean {
  return steps >= 5 && earlierLoss - loss < STALLED_IMPROVEMENT * earlierLoss
}
