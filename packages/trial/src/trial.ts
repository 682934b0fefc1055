/**
 * Which arithmetic produces the bits; NUMERICS.md defines each revision. `webgpu-` and `tfjs-` are binary32 as a driver or a library
 * rounds it: reproducible on one device, alike to rounding errors on two.
 */
export type Numerics = 'ieee-f32/1' | 'ieee-f64/1' | 'f16/1' | 'bf16/1' | 'webgpu-f32/1' | 'tfjs-f32/1'

export type ActivationSpec =
  | { readonly kind: 'relu' | 'elu' | 'selu' | 'gelu' | 'tanh' }
  | { readonly kind: 'leaky-relu'; readonly leak: number }

export type InitializationSpec =
  | {
      readonly kind:
        | 'he-normal'
        | 'he-uniform'
        | 'glorot-normal'
        | 'glorot-uniform'
        | 'lecun-normal'
        | 'torch-default'
        | 'orthogonal'
    }
  | { readonly kind: 'small'; readonly std: number }
  | { readonly kind: 'randomized-asymmetric'; readonly outputLayer: boolean }
  | { readonly kind: 'sawtooth'; readonly variant: 'plain' | 'lipschitz' }

/** `initialization` where the initialization draws the biases itself (torch-default, randomized-asymmetric). */
export type BiasSpec =
  | { readonly kind: 'zero' | 'initialization' }
  | { readonly kind: 'normal' | 'uniform'; readonly std: number }

export type OptimizerSpec =
  | { readonly kind: 'sgd'; readonly learningRate: number; readonly momentum: number }
  | { readonly kind: 'adam'; readonly learningRate: number }

/**
 * What is added to a parameter that an update has taken from p to p': level r (p' - p) if relative, level r if absolute, r
 * uniform on (-1, 1) (NUMERICS.md, 4).
 */
export interface NoiseSpec {
  readonly kind: 'relative' | 'absolute'
  /** Above 0. */
  readonly level: number
  /** Biases of the affine layers, or all parameters. */
  readonly parameters: 'biases' | 'all'
}

/** Of every hidden layer, between the affine values and the activation; the output layer has none. */
export type NormalizationKind = 'batch' | 'layer'

export type LossKind = 'mse' | 'mae' | 'huber'
export type Sampling = 'grid' | 'random' | 'directions'
export type NamedTargetKind =
  | 'abs'
  | 'x-sin-5x'
  | 'step-sin'
  | 'abs-2d'
  | 'square'
  | 'sawtooth'
  | 'five-points'
  | 'condensation'
export type TargetKind = NamedTargetKind | 'expression'

export interface NetworkSpec {
  readonly activation: ActivationSpec
  readonly initialization: InitializationSpec
  readonly bias: BiasSpec
  /** Multiplies every deviation and limit of the initialization; absent: 1. */
  readonly initScale?: number
  /** Absent: none. */
  readonly normalization?: NormalizationKind
}

export interface ProblemSpec {
  readonly target: TargetKind
  readonly inputDim: number
  /** Number of training points n. */
  readonly points: number
  readonly sampling: Sampling
  /** The same interval [low, high] for every input coordinate. */
  readonly domain: readonly [number, number]
  /** Present with the target expression, and only there: the formula in its canonical form. */
  readonly expression?: string
  /** Present with the target sawtooth, and only there: how often it rises and falls on [0, 1]. */
  readonly teeth?: number
  /** Size of the test set; absent: none. */
  readonly testPoints?: number
}

export interface TrainingSpec {
  readonly loss: LossKind
  readonly optimizer: OptimizerSpec
  /** `full`, or the size of a minibatch drawn with replacement from the trial's own stream. */
  readonly batch: 'full' | number
  readonly steps: number
  readonly stopAtDeath: boolean
  /** Present with the loss huber, and only there: where it turns from quadratic to linear. */
  readonly huberDelta?: number
  /** Present: a trial ends at the first check at which its loss is that of a converged network (NUMERICS.md, 6). */
  readonly stopWhenConverged?: true
  /** Absent: none. Absolute noise revives dead layers, so that `stopAtDeath` has no effect (NUMERICS.md, 6). */
  readonly noise?: NoiseSpec
}

/**
 * One cell: the complete description of a trial without its index. Every field is part of the cell's identity.
 * A trial is a pure function of (TrialSpec, index).
 */
export interface TrialSpec {
  readonly numerics: Numerics
  readonly seed: number
  /** L, the number of affine layers: depth 10 has 9 hidden layers. */
  readonly depth: number
  /** N, units of every hidden layer. */
  readonly width: number
  readonly network: NetworkSpec
  readonly problem: ProblemSpec
  readonly training: TrainingSpec
}
