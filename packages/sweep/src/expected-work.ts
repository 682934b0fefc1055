import type { TrialSpec } from '@collapsar/trial'
import { trialFlops } from './cost.ts'
import { bornDeadTheory } from './surface.ts'

/** Floating-point operations of a number of trials by the static cost model: mean and variance over their fates. */
export interface ExpectedWork {
  readonly mean: number
  readonly variance: number
}

/**
 * A trial that is born dead costs one forward pass instead of a training, so the work of n trials is binomial in the
 * born-dead probability. Death in training is not foreseen: it makes the sweep cheaper than planned.
 */
export function expectedWork(spec: TrialSpec, trials: number): ExpectedWork {
  const trained = trialFlops(spec)
  const unborn = trialFlops({ ...spec, training: { ...spec.training, steps: 0 } })
  const dead = bornDeadProbability(spec)
  return {
    mean: trials * (dead * unborn + (1 - dead) * trained),
    variance: trials * dead * (1 - dead) * (trained - unborn) ** 2,
  }
}

/** What theory gives, best first; the lower bound and, without any theory, 0 err towards more work. */
function bornDeadProbability(spec: TrialSpec): number {
  if (!spec.training.stopAtDeath) return 0
  const { exact, simulated, lower } = bornDeadTheory(spec)
  return exact ?? simulated?.estimate ?? lower ?? 0
}
