import type { OptimizerSpec, TrialBatch } from '@collapsar/trial'
import type { Kernel, Precision, StoredFormat } from './kernel.ts'

/** What decides how a kernel is written; batches that agree in it share one. */
export interface TrainingKernelSpec {
  readonly precision: Precision
  /** What stored numbers are rounded to; null where that is the precision. */
  readonly storedFormat: StoredFormat | null
  readonly shape: TrialBatch['shape']
  readonly training: TrialBatch['training']
  readonly points: { readonly inputDim: number; readonly outputDim: number }
  /** Samples of a step. */
  readonly samples: number
  /** Whether a step has more samples than a tile. */
  readonly severalTiles: boolean
  /** Most samples that go through the network together (NUMERICS.md, 4): a tile, or all of a batch normalization. */
  readonly passSamples: number
  readonly trace: boolean
  /** Whether a trial can end as converged. */
  readonly converges: boolean
}

/** A kernel, and how it lays out the memory of a slot: a place where one network after another is trained. */
export interface TrainingKernel {
  readonly kernel: Kernel
  /** Floats of a slot that outlast a launch. */
  readonly slotFloats: number
  /** Slots whose numbers stand interleaved: [slot / interleaved][number][slot % interleaved]. */
  readonly interleaved: number
  readonly threadsOfSlot: number
}

/** The buffers of a training kernel. R trials, P parameters, d inputs, c outputs, n points. */
export const BUFFERS = {
  /** inputs [n][d], targets [n][c], then the optimizer's table [update][entry]. */
  constants: 'constants',
  /** [R][P]: initial parameters, in whose place the final ones are written. */
  networks: 'networks',
  /** [slot / interleaved][slotFloats][slot % interleaved] */
  memory: 'memory',
  /** [slot / interleaved][SLOT_WORDS][slot % interleaved] */
  slots: 'slots',
  /** [R][MARKS] */
  marks: 'marks',
  /** [R][2 + 2c]: loss, earlier loss, smallest and largest outputs. */
  facts: 'facts',
  /** [R][steps + 1]; one element without a trace. */
  trace: 'trace',
  /** The next trial to be begun, and how many have ended. */
  counters: 'counters',
} as const

/** Words of a slot: trial (or one of the two below), step, dead checks in a row, step of the first of them, first dead step, and whether the earlier loss was taken. */
export const SLOT = { row: 0, step: 1, deadChecks: 2, runStart: 3, firstDeadStep: 4, flags: 5 } as const
export const SLOT_WORDS = 6
/** A slot that is to begin a trial, and one that found none. */
export const WAITING = 0xffffffff
export const IDLE = 0xfffffffe

/** Words of a trial: its index, given; the others are results. `end` is one of END, plus EARLIER_TAKEN. */
export const MARK = { trialLow: 0, trialHigh: 1, end: 2, endStep: 3, initialDeadLayer: 4, deadLayer: 5, firstDeadStep: 6, deadPoints: 7 } as const
export const MARKS = 8
export const EARLIER_TAKEN = 0x100

export const COUNTER = { next: 0, ended: 1 } as const

/** Samples of a tile (NUMERICS.md, 4). */
export function tileSamples(sizes: readonly number[]): number {
  return (sizes.length > 2 ? (sizes[1] ?? 0) : 0) < 8 ? 32 : 16
}

export function kernelSpecOf({ numerics, shape, training, points, trace, convergedLoss }: Omit<TrialBatch, 'initial' | 'trials'>): TrainingKernelSpec {
  const { inputDim, outputDim } = points
  const samples = training.batch === 'full' ? points.count : training.batch
  return {
    precision: numerics === 'ieee-f64/1' ? 'f64' : 'f32',
    storedFormat: numerics === 'f16/1' ? 'f16' : numerics === 'bf16/1' ? 'bf16' : null,
    shape,
    training: { ...training, optimizer: inKernel(training.optimizer), batch: training.batch === 'full' ? 'full' : 1, steps: 0 },
    points: { inputDim, outputDim },
    samples,
    passSamples: shape.normalization === 'batch' ? Math.max(samples, points.count) : tileSamples(shape.sizes),
    severalTiles: samples > tileSamples(shape.sizes),
    trace,
    converges: convergedLoss !== undefined,
  }
}

/** Adam's learning rate is in its table alone: kernels of several are one. */
function inKernel(optimizer: OptimizerSpec): OptimizerSpec {
  return optimizer.kind === 'adam' ? { ...optimizer, learningRate: 0 } : optimizer
}
