import type { NetworkShape, Parameters } from './network.ts'
import type { Numerics, TrainingSpec } from './trial.ts'

/** The training set, the same for every trial of a cell, in binary64; an engine rounds it to its working type. */
export interface TrainingPoints {
  readonly count: number
  readonly inputDim: number
  readonly outputDim: number
  /** [point][input coordinate] */
  readonly inputs: Float64Array
  /** [point][output component] */
  readonly targets: Float64Array
}

/** How the numbers of one tensor are drawn (NUMERICS.md, 1): normal of deviation `std`, or uniform on +-`limit`. */
export type TensorLaw =
  | { readonly kind: 'zero' }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly limit: number }

/** How one affine layer is drawn. */
export interface LayerLaw {
  readonly weights: TensorLaw
  readonly biases: TensorLaw
  /** Then one position of each row [w, b] is replaced: randomized asymmetric initialization. */
  readonly replacesOne: boolean
}

/** The law of the initial parameters of every trial, for an engine that draws them itself. */
export interface InitialLaw {
  readonly initKey: readonly [number, number]
  readonly biasKey: readonly [number, number]
  /** [affine layer] */
  readonly layers: readonly LayerLaw[]
}

/**
 * Independent networks to be trained alike. Nothing about one trial depends on the others in the batch.
 * @template Initial the initial parameters, or the law that every engine draws the same ones by
 */
export interface TrialBatch<Initial extends Parameters | InitialLaw = Parameters> {
  readonly numerics: Numerics
  readonly shape: NetworkShape
  readonly training: TrainingSpec
  readonly points: TrainingPoints
  /** Index of each trial in its cell, [trial]: keys the streams of minibatches and noise. Exact integers below 2^53. */
  readonly trials: Float64Array
  /** Philox key for the minibatch stream, two 32-bit words (NUMERICS.md, 1); unused with full batch. */
  readonly minibatchKey: readonly [number, number]
  /** The same for the noise stream; unused without `training.noise`. */
  readonly noiseKey: readonly [number, number]
  /** Initial parameters, [trial][parameter], in the working type; or their law. Not modified. */
  readonly initial: Initial
  /** Record the loss on the full training set before each update and after the last. */
  readonly trace: boolean
  /** The loss at or below which a trial ends at a check (NUMERICS.md, 6); absent: none does. */
  readonly convergedLoss?: number
}

/**
 * `bornDead` and `died` end a trial early only with `stopAtDeath` and without absolute noise, `converged` only with `convergedLoss`; `diverged`
 * always does.
 */
export const END = { completed: 0, bornDead: 1, died: 2, diverged: 3, converged: 4 } as const

/**
 * Raw facts about each trained network, from which the outcome is derived. R trials, P parameters, H hidden layers,
 * c outputs. NUMERICS.md, 5 and 6, defines every field.
 */
export interface TrainedBatch {
  /** Final parameters [trial][parameter]; canonical NaNs for a diverged trial. */
  readonly parameters: Parameters
  /** Why the trial ended, one of END, [trial]. */
  readonly end: Uint8Array
  /** Number of updates made, [trial]. */
  readonly endStep: Uint32Array
  /** First hidden layer (1..H) zero on every point at step 0; 0 if none, [trial]. */
  readonly initialDeadLayer: Uint16Array
  /** The same at the end of the trial, [trial]. */
  readonly deadLayer: Uint16Array
  /** First check of the run that certified death; 0 if death was not certified, [trial]. */
  readonly firstDeadStep: Uint32Array
  /** Loss on the full training set at the end, [trial]. */
  readonly loss: Float64Array
  /** The same before update `steps - floor(steps / 5)`, [trial]. */
  readonly earlierLoss: Float64Array
  /** Smallest and largest value of each output on the points at the end, [trial][output]. */
  readonly outputMin: Float64Array
  readonly outputMax: Float64Array
  /** Points for which some hidden layer is all zero at the end, [trial]. */
  readonly deadPoints: Uint32Array
  /** [trial][0..steps], NaN after an early end; null without `trace`. */
  readonly lossTrace: Float64Array | null
}
