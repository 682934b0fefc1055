import { targets } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'

/** Multiply-adds of one weight and sample: forward, weight gradient, input gradient; two flop each. */
const TRAINING_FLOPS = 6
const FORWARD_FLOPS = 2

/** Weights of a network, biases left out: d N + N^2 (L - 2) + N c. */
export function weightCount(spec: Pick<TrialSpec, 'depth' | 'width' | 'problem'>): number {
  const { inputDim, outputDim } = targets[spec.problem.target]
  return spec.width * (inputDim + outputDim) + spec.width ** 2 * (spec.depth - 2)
}

/**
 * Static cost model: floating-point operations of one trial that is trained to its last step. Planning and rounds use it;
 * measured speed only sizes chunks.
 */
export function trialFlops(spec: TrialSpec): number {
  const { batch, steps } = spec.training
  const samples = batch === 'full' ? spec.problem.points : batch
  return weightCount(spec) * (TRAINING_FLOPS * samples * steps + FORWARD_FLOPS * spec.problem.points)
}
