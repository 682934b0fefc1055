import { bornDeadBounds } from '@collapsar/statistics'
import type { MeasurementName, TrialSpec } from '@collapsar/trial'
import { theoryCell } from './born-dead-theory.ts'
import { trialFlops } from './cost.ts'
import { observedSteps, prefixSpec } from './observed-work.ts'

/** Floating-point operations of a number of trials by the static cost model: mean and variance over their fates. */
export interface ExpectedWork {
  readonly mean: number
  readonly variance: number
}

/**
 * A trial that is born dead costs one forward pass instead of a training, so the work of n trials is binomial in the
 * born-dead probability. Death in training is not foreseen: it makes the sweep cheaper than planned.
 * @param sets measured beside: where a set observes networks on the way, each is trained again up to there
 */
export function expectedWork(spec: TrialSpec, trials: number, sets: readonly MeasurementName[] = []): ExpectedWork {
  const trainings = [...observedSteps(spec, sets).map((steps) => prefixSpec(spec, steps)), spec]
  const trained = trainings.reduce((sum, training) => sum + trialFlops(training), 0)
  const unborn = trainings.length * trialFlops(prefixSpec(spec, 0))
  const dead = bornDeadProbability(spec)
  return {
    mean: trials * (dead * unborn + (1 - dead) * trained),
    variance: trials * dead * (1 - dead) * (trained - unborn) ** 2,
  }
}

/**
 * Closed forms only: exact on one ray, else the proved lower bound, which errs towards more work; 0 without a theorem, and where
 * those born dead are trained like the others.
 */
function bornDeadProbability(spec: TrialSpec): number {
  const { noise, stopAtDeath } = spec.training
  if (!stopAtDeath || noise?.kind === 'absolute') return 0
  const cell = theoryCell(spec)
  const bounds = bornDeadBounds({ ...cell, bothSigns: cell.raysOfInput === 'both', symmetric: cell.symmetricWeights })
  if (!cell.relu || !cell.zeroBias) return 0
  return (cell.raysOfInput === 'one' ? bounds.upper : bounds.lower) ?? 0
}
