import type { Numerics, TrialBatch } from '@collapsar/trial'
import type { DeviceLimits } from './device.ts'

/** `true`, or the first reason why no kernel can train such a batch. */
export function supports(
  { numerics, points, shape, training }: Omit<TrialBatch, 'initial' | 'trials'>,
  { numerics: offered }: { readonly numerics: readonly Numerics[]; readonly limits: DeviceLimits },
): true | string {
  if (!offered.includes(numerics)) return `this engine has the numerics ${offered.join(', ')}, not ${numerics}`
  const { activation, sizes } = shape
  const width = sizes[1] ?? 0
  if (sizes.length < 3 || !sizes.slice(1, -1).every((units) => units === width)) return 'all hidden layers must have the same width'
  if (sizes[0] !== points.inputDim || sizes.at(-1) !== points.outputDim) return 'the points do not fit the network'
  if (activation.kind === 'leaky-relu' && !(activation.leak > 0)) return 'leak must be positive'
  return training.steps <= 2 ** 30 ? true : `steps must be at most 2^30, not ${training.steps}`
}
