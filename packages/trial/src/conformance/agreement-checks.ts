import assert from 'node:assert/strict'
import type { TrainedBatch, TrialBatch } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import type { LossSpec } from '../losses/index.ts'
import { trialBatch } from '../trial-batch.ts'
import type { ActivationSpec, NormalizationKind, Numerics, OptimizerSpec, TrialSpec } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'

const ACTIVATIONS: readonly ActivationSpec[] = [
  { kind: 'relu' },
  { kind: 'leaky-relu', leak: 0.01 },
  { kind: 'elu' },
  { kind: 'selu' },
  { kind: 'gelu' },
  { kind: 'tanh' },
]
const NORMALIZATIONS: readonly (NormalizationKind | null)[] = [null, 'batch', 'layer']
const LOSSES: readonly LossSpec[] = [{ loss: 'mse' }, { loss: 'mae' }, { loss: 'huber', huberDelta: 0.3 }]
export const OPTIMIZERS: readonly OptimizerSpec[] = [
  { kind: 'sgd', learningRate: 0.01, momentum: 0 },
  { kind: 'sgd', learningRate: 0.01, momentum: 0.9 },
  { kind: 'adam', learningRate: 0.01 },
]

/**
 * 41 points are two tiles of 32 or three of 16, the last one short; so are the 37 samples of a minibatch. Odd numbers:
 * with as many errors above 0 as below, mae's gradient of the output bias is pure rounding, which Adam makes a full step.
 * A minibatch of one sample has no variance. Random points: the middle of a grid is the mean of a first layer, and what a
 * batch normalization makes of it is rounding, on either side of a kink.
 */
const POINTS = 41
const BATCHES = ['full', 37, 1] as const
const WIDTHS = [1, 3, 9] as const

const TWO_INPUTS = { target: 'abs-2d', inputDim: 2 } as const

const STEPS = 5
const TRIALS = [0, 1, 2 ** 40]

/**
 * Of `ieee-f64`, relative to numbers above 1: without fma the reference rounds twice where an engine rounds once, some 1e-14
 * after five steps, amplified.
 */
const TOLERANCE_64 = 1e-9

/**
 * The first steps equal the reference engine's over every activation and normalization, each with every pair of loss,
 * optimizer, batch and width: every bit where the working type is binary32, to rounding errors for `ieee-f64`.
 */
export function agreementChecks(engine: Engine, numerics: Numerics, reference: Engine): ConformanceCheck[] {
  return ACTIVATIONS.flatMap((activation) =>
    NORMALIZATIONS.map((normalization) => ({
      name: `${numerics}: agrees with the reference for ${activation.kind}, ${normalization ?? 'no'} normalization`,
      run: async () => {
        for (const spec of specs(numerics, activation, normalization)) await checkAgreement(engine, reference, spec)
      },
    })),
  )
}

/**
 * In front of a batch normalization biases have gradients of rounding alone. Adam makes of them what it makes of all
 * gradients, a step of full size: of `ieee-f64`, where rounding differs from the reference's, sgd is compared instead. In
 * binary32 no bit differs.
 */
function optimizersFor(numerics: Numerics, normalization: NormalizationKind | null): readonly OptimizerSpec[] {
  const magnifiesRounding = numerics === 'ieee-f64/1' && normalization === 'batch'
  return OPTIMIZERS.map((optimizer) =>
    magnifiesRounding && optimizer.kind === 'adam' ? { kind: 'sgd', learningRate: 0.05, momentum: 0.5 } : optimizer,
  )
}

/** Nine of the 81 combinations, with all pairs: the orthogonal array of (i, j, i + j, i + 2 j) modulo 3. */
function specs(numerics: Numerics, activation: ActivationSpec, normalization: NormalizationKind | null): TrialSpec[] {
  return LOSSES.flatMap((loss, i) =>
    optimizersFor(numerics, normalization).map((optimizer, j) => {
      const width = WIDTHS[(i + 2 * j) % 3] ?? 1
      return exampleSpec({
        numerics,
        depth: 3,
        width,
        network: {
          activation,
          bias: { kind: 'normal', std: 0.1 },
          ...(normalization === null ? {} : { normalization }),
        },
        problem: { ...(width === 3 ? TWO_INPUTS : {}), points: POINTS, sampling: 'random' },
        training: { ...loss, optimizer, batch: BATCHES[(i + j) % 3] ?? 'full', steps: STEPS },
      })
    }),
  )
}

/** That the engine has the reference's numbers of three trials: every bit, or of `ieee-f64` all but rounding errors. */
export async function checkAgreement(engine: Engine, reference: Engine, spec: TrialSpec): Promise<void> {
  const batch = trialBatch(spec, TRIALS, { trace: true })
  const expected = await train(reference, batch)
  const actual = await train(engine, batch)
  const equal = spec.numerics === 'ieee-f64/1' ? assertNear : assertSameBits
  equal(actual, expected, settingOf(batch))
}

function settingOf({ shape, training }: TrialBatch): string {
  const { loss, optimizer, batch, noise } = training
  return `${loss}, ${JSON.stringify({ ...optimizer, noise })}, batch ${batch}, sizes ${shape.sizes.join()}`
}

function assertNear(actual: TrainedBatch, expected: TrainedBatch, setting: string): void {
  assert.deepEqual(actual.initialDeadLayer, expected.initialDeadLayer, `dead layers, ${setting}`)
  for (const field of ['lossTrace', 'parameters'] as const) {
    assert.equal(actual[field]?.length, expected[field]?.length, `number of ${field}, ${setting}`)
    expected[field]?.forEach((value: number, i: number) => {
      const found = actual[field]?.[i] ?? Number.NaN
      const isNear = Math.abs(found - value) <= TOLERANCE_64 * Math.max(1, Math.abs(value))
      assert.ok(isNear, `${field} ${i}: ${found} instead of ${value}, ${setting}`)
    })
  }
}

function assertSameBits(actual: TrainedBatch, expected: TrainedBatch, setting: string): void {
  const fields = Object.entries(expected) as [keyof TrainedBatch, ArrayLike<number> | null][]
  for (const [field, values] of fields) {
    const found = Array.from<number>(actual[field] ?? [])
    assert.equal(found.length, values?.length ?? 0, `number of ${field}, ${setting}`)
    found.forEach((value, i) => {
      assert.ok(Object.is(value, values?.[i]), `${field} ${i}: ${value} instead of ${values?.[i]}, ${setting}`)
    })
  }
}
