import { END } from '../batch.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import { forwardPass } from './forward-pass.ts'
import { backwardPass } from './gradient.ts'
import { drawMinibatch, passesOf } from './samples.ts'
import type { TrialState } from './trial-state.ts'
import type { TrainingSpec } from '../trial.ts'

/** Divergence, death and convergence are looked for after every so many updates (NUMERICS.md, 6). */
export const CHECK_STEPS = 32

/** Consecutive checks with a dead layer that certify death. */
export const CERTIFYING_CHECKS = 8

type End = (typeof END)[keyof typeof END]

/** How one trial ended. */
export interface TrainedTrial {
  readonly end: End
  readonly initialDeadLayer: number
  /** The check at the end; null for a diverged trial. */
  readonly final: Check | null
}

/**
 * Trains one trial, from `beginTrial` to its end, and leaves the end state in `trial`.
 * Yields after every tile of samples, so that its caller keeps the event loop free and can stop it.
 */
export function* trainTrial(trial: TrialState): Generator<void, TrainedTrial> {
  const initial = yield* fullCheck(trial)
  const bornDead = initial.deadLayer > 0 && trial.batch.training.stopAtDeath && deathIsFinal(trial.batch.training)
  const end = bornDead ? END.bornDead : yield* trainToEnd(trial)
  const final = end === END.diverged ? null : yield* fullCheck(trial)
  if (trial.trace !== null) trial.trace[trial.step] = final?.loss ?? Number.NaN
  if (final === null) trial.network.parameters.fill(Number.NaN)
  trial.earlierLoss ??= final?.loss ?? Number.NaN
  return { end, initialDeadLayer: initial.deadLayer, final }
}

function fullCheck({ network, batch, loss, fullSet }: TrialState): Generator<void, Check> {
  return check(network, batch.points, loss, fullSet)
}

function* trainToEnd(trial: TrialState): Generator<void, End> {
  const { steps } = trial.batch.training
  while (trial.step < steps) {
    yield* noteLoss(trial)
    yield* update(trial)
    const end = yield* endAfterUpdate(trial)
    if (end !== null) return end
  }
  return END.completed
}

/** Takes the loss before the coming update where the trace or the earlier loss wants it. Updates count from 1. */
function* noteLoss(trial: TrialState): Generator<void, void> {
  const { steps } = trial.batch.training
  const isEarlier = trial.step + 1 === steps - Math.floor(steps / 5)
  if (trial.trace === null && !isEarlier) return
  const { loss } = yield* fullCheck(trial)
  if (trial.trace !== null) trial.trace[trial.step] = loss
  if (isEarlier) trial.earlierLoss = loss
}

/** One update: the gradient, pass by pass, then the optimizer (NUMERICS.md, 4). */
function* update(trial: TrialState): Generator<void, void> {
  const { batch, gradient, index, loss, network, step } = trial
  const { points, shape, training } = batch
  const size = training.batch
  const passes = size === 'full' ? trial.fullSet : passesOf(drawMinibatch(batch, size, index, step), shape)
  const stepLoss = { loss, points, samples: size === 'full' ? points.count : size }
  for (const tiles of passes) {
    yield* forwardPass(network, tiles, points)
    yield* backwardPass(gradient, network, tiles, stepLoss)
  }
  trial.optimizer.update(network.parameters, gradient)
  trial.step += 1
}

/** Why the trial ends after the update just made; null if it goes on. Divergence, death and convergence, in this order. */
function* endAfterUpdate(trial: TrialState): Generator<void, End | null> {
  const { network, batch, step } = trial
  const { convergedLoss = null, training } = batch
  const isCheck = step % CHECK_STEPS === 0
  if (!isCheck && step !== training.steps) return null
  if (!network.parameters.every(Number.isFinite)) return END.diverged
  const certifies = network.canDie && deathIsFinal(trial.batch.training)
  if (!isCheck || !(certifies || convergedLoss !== null)) return null
  const { deadLayer, loss } = yield* fullCheck(trial)
  if (certifies && noteDeath(trial, deadLayer) && training.stopAtDeath) return END.died
  return convergedLoss !== null && loss <= convergedLoss ? END.converged : null
}

/** Whether a dead layer stays dead: absolute noise goes on moving its biases (NUMERICS.md, 6). */
export function deathIsFinal({ noise }: Pick<TrainingSpec, 'noise'>): boolean {
  return noise?.kind !== 'absolute'
}

/** Takes a check into the run of dead checks; tells whether it certifies death, for the first time. */
function noteDeath(trial: TrialState, deadLayer: number): boolean {
  trial.deadChecks = deadLayer > 0 ? trial.deadChecks + 1 : 0
  if (trial.deadChecks === 1) trial.runStart = trial.step
  if (trial.deadChecks !== CERTIFYING_CHECKS || trial.firstDeadStep > 0) return false
  trial.firstDeadStep = trial.runStart
  return true
}
