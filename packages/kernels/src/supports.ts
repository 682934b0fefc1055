import type { Numerics, TrialBatch } from '@collapsar/trial'
import { trialsAtOnce } from './batch-parts.ts'
import type { DeviceLimits } from './device.ts'

/** `true`, or the first reason why no kernel can train such a batch. */
export function supports(
  batch: Omit<TrialBatch, 'initial' | 'trials'>,
  { limits, numerics: offered }: { readonly numerics: readonly Numerics[]; readonly limits: DeviceLimits },
): true | string {
  const { numerics, points, shape, trace, training } = batch
  if (!offered.includes(numerics)) return `this engine has the numerics ${offered.join(', ')}, not ${numerics}`
  const { activation, sizes } = shape
  const width = sizes[1] ?? 0
  if (sizes.length < 3 || !sizes.slice(1, -1).every((units) => units === width)) return 'all hidden layers must have the same width'
  if (sizes[0] !== points.inputDim || sizes.at(-1) !== points.outputDim) return 'the points do not fit the network'
  if (activation.kind === 'leaky-relu' && !(activation.leak > 0)) return 'leak must be positive'
  if (training.steps > 2 ** 30) return `steps must be at most 2^30, not ${training.steps}`
  if (trialsAtOnce(batch, limits) >= 1) return true
  return `one trial${trace ? ` with its trace of ${training.steps} steps` : ''} does not fit into the memory of the device, ${Math.ceil(limits.memoryBytes / 2 ** 20)} MiB`
}
