import { outputDimOf } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'

/** Multiply-adds of one weight and sample: forward, weight gradient, input gradient; two flop each. */
const TRAINING_FLOPS = 6
const FORWARD_FLOPS = 2

/**
 * A normalized unit and sample: the sums of mean and variance, x and u, 8; back through the gradients of scale and shift, two
 * more means and dz, 11.
 */
const NORMALIZED_TRAINING_FLOPS = 19
const NORMALIZED_FORWARD_FLOPS = 8

/** Weights of a network, biases left out: d N + N^2 (L - 2) + N c. */
export function weightCount(spec: Pick<TrialSpec, 'depth' | 'width' | 'problem'>): number {
  return spec.width * (spec.problem.inputDim + outputDimOf(spec.problem)) + spec.width ** 2 * (spec.depth - 2)
}

/**
 * Static cost model: floating-point operations of one trial that is trained to its last step. Planning and rounds use it;
 * measured speed only sizes chunks.
 */
export function trialFlops(spec: TrialSpec): number {
  const { batch, steps } = spec.training
  const samples = batch === 'full' ? spec.problem.points : batch
  const [updated, checked] = [samples * steps, spec.problem.points]
  return (
    weightCount(spec) * (TRAINING_FLOPS * updated + FORWARD_FLOPS * checked) +
    normalizedUnits(spec) * (NORMALIZED_TRAINING_FLOPS * updated + NORMALIZED_FORWARD_FLOPS * checked)
  )
}

function normalizedUnits({ depth, network, width }: TrialSpec): number {
  return network.normalization === undefined ? 0 : width * (depth - 1)
}
