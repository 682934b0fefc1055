import type { ActivationSpec, NetworkShape, NormalizationKind, Numerics, TrainingSpec, TrialBatch } from '@collapsar/trial'
import { allocateParameters, layerSizes, parameterCount } from '@collapsar/trial'

export interface ExampleBatchOptions {
  readonly numerics?: Numerics
  readonly depth?: number
  readonly width?: number
  readonly inputDim?: number
  readonly outputDim?: number
  readonly activation?: ActivationSpec
  /** None by default. */
  readonly normalization?: NormalizationKind
  readonly training?: Partial<TrainingSpec>
  readonly convergedLoss?: number
  readonly points?: number
  readonly trials?: number
  readonly trace?: boolean
  /** Standard deviation of the initial parameters, about; He's by default. */
  readonly scale?: number
  readonly seed?: number
}

/** Deterministic numbers in [-1, 1): a linear congruential generator (Knuth's MMIX constants), high bits only. */
function numbers(seed: number): () => number {
  let state = BigInt(seed)
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
    return Number(state >> 32n) / 2 ** 31 - 1
  }
}

/** Random networks on random points, the same for the same options: for the tests of this package. */
export function exampleBatch(options: ExampleBatchOptions = {}): TrialBatch {
  const { numerics = 'ieee-f32/1', depth = 4, width = 3, inputDim = 1, outputDim = 1, seed = 1 } = options
  const { activation = { kind: 'relu' }, points = 37, trials = 11, trace = false } = options
  const { normalization, convergedLoss } = options
  const { scale = Math.sqrt(6 / width) } = options
  const next = numbers(seed)
  const sizes = layerSizes(inputDim, depth, width, outputDim)
  const shape: NetworkShape = { sizes, activation, ...(normalization === undefined ? {} : { normalization }) }
  const inputs = Float64Array.from({ length: points * inputDim }, () => 1.7 * next())
  const targets = Float64Array.from({ length: points * outputDim }, (_, i) => Math.abs(inputs[i % points] ?? 0) - 0.3)
  return {
    numerics,
    shape,
    training: {
      loss: 'mse',
      optimizer: { kind: 'adam', learningRate: 0.01 },
      batch: 'full',
      steps: 40,
      stopAtDeath: true,
      ...options.training,
    },
    points: { count: points, inputDim, outputDim, inputs, targets },
    trials: Float64Array.from({ length: trials }, (_, i) => 2 ** 32 * (i % 3) + 7 * i),
    minibatchKey: [0x89abcdef, 0x01234567],
    noiseKey: [0x76543210, 0xfedcba98],
    initial: allocateParameters(numerics, trials * parameterCount(shape)).map(() => scale * next()),
    trace,
    ...(convergedLoss === undefined ? {} : { convergedLoss }),
  }
}
