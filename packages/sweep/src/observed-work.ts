import { measurementSets } from '@collapsar/trial'
import type { MeasurementName, TrialSpec } from '@collapsar/trial'
import { trialFlops } from './cost.ts'

/**
 * Numbers of steps, ascending, at which the networks of a cell are looked at on the way for any of the sets. The end is
 * not among them: it is trained anyway.
 */
export function observedSteps(spec: TrialSpec, sets: readonly MeasurementName[]): number[] {
  const steps = sets.flatMap((name) => measurementSets[name].observes(spec))
  return [...new Set(steps)].filter((step) => step < spec.training.steps).toSorted((a, b) => a - b)
}

/** One trial up to `steps` updates: the beginning of the same training. */
export function prefixSpec(spec: TrialSpec, steps: number): TrialSpec {
  return { ...spec, training: { ...spec.training, steps } }
}

/** What the sets multiply the work of a trial by, by the static cost model: every observed state is trained from the start. */
export function observedWorkFactor(spec: TrialSpec, sets: readonly MeasurementName[]): number {
  const observed = observedSteps(spec, sets).map((steps) => trialFlops(prefixSpec(spec, steps)))
  return 1 + observed.reduce((sum, flops) => sum + flops, 0) / trialFlops(spec)
}
