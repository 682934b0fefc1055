import { parameterCount } from '@collapsar/trial'
import type { DeviceLimits } from './device.ts'
import { planBlocks } from './train-in-blocks.ts'
import type { TrainingKernelSpec } from './training-kernel.ts'

/**
 * A network for each thread; for each workgroup, in blocks of registers; or for each workgroup, in whatever memory there is: normalizations, and networks
 * that fit nowhere else.
 */
export type KernelShape = 'registers' | 'blocks' | 'workgroups'

/** Registers that a thread has for parameters and their gradient; more would be spilled to memory. */
const MOST_IN_REGISTERS = { f32: 96, f64: 48 } as const
/** The first kernel keeps a bit for each hidden layer. */
const MOST_SIZES = 33

/**
 * Parameters for each layer from which a workgroup without blocks is quicker with one network than a thread is. A thread makes some three instructions for each
 * parameter and sample, one after another. In a workgroup no number of a layer waits for another, but each gradient is one sum over the samples, whose
 * every term is loaded and added, in some 20 instructions. Counted in the printed kernels, not measured.
 */
const LEAST_OF_LAYER = 8

/** Threads of a workgroup where nothing else decides. */
export const WORKGROUP_THREADS = 64

export interface KernelShapeOptions {
  /** Networks of the batch. */
  readonly trials: number
  /** Of a workgroup; by default what each shape wants. */
  readonly threads?: number | undefined
  readonly limits: Pick<DeviceLimits, 'threads' | 'sharedBytes' | 'workgroupThreads'>
  /** The shape that is to be taken where it can be. */
  readonly wanted?: KernelShape | undefined
}

/**
 * The shape to train a batch in. A thread for each network has the least to do, but a device is only filled by as many networks as it has threads. Where
 * there are so few that a workgroup for each of them runs at once, the other threads would idle: then they share the work. All give the same
 * bits, so every batch may choose anew.
 */
export function kernelShapeFor(spec: TrainingKernelSpec, { limits, threads, trials, wanted }: KernelShapeOptions): KernelShape {
  const { precision, shape } = spec
  if (shape.normalization !== undefined) return 'workgroups'
  const plan = planBlocks(spec, { limits, threads })
  const together = plan === null ? 'workgroups' : 'blocks'
  if (wanted !== undefined) return wanted === 'blocks' ? together : wanted
  const parameters = parameterCount(shape)
  const layers = shape.sizes.length - 1
  if (parameters > MOST_IN_REGISTERS[precision] || shape.sizes.length > MOST_SIZES) return together
  const runsAtOnce = trials * (plan?.threads ?? threads ?? WORKGROUP_THREADS) <= limits.threads
  return runsAtOnce && (plan !== null || parameters >= LEAST_OF_LAYER * layers) ? together : 'registers'
}
