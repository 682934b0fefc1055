import assert from 'node:assert/strict'
import type { TrainedBatch, TrialBatch } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import type { LossSpec } from '../losses/index.ts'
import { hasPortableBits } from '../numerics.ts'
import { trialBatch } from '../trial-batch.ts'
import type { ActivationSpec, NormalizationKind, Numerics, OptimizerSpec, TrialSpec } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { claims, train } from './conformance-check.ts'

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
 * Relative to numbers above 1. Of `ieee-f64`: without fma the reference rounds twice where an engine rounds once, some 1e-14
 * after five steps, amplified. Of numerics without portable bits: sums in another order, divisions and elementary functions of
 * a few ulps, some 1e-6, amplified.
 */
const TOLERANCE = { 'ieee-f64/1': 1e-9, 'others': 1e-3 } as const

/**
 * The first steps equal the reference engine's over every activation and normalization, each with every pair of loss,
 * optimizer, batch and width: every bit where NUMERICS.md defines it and the working type is binary32, otherwise to rounding errors.
 */
export function agreementChecks(engine: Engine, numerics: Numerics, reference: Engine): ConformanceCheck[] {
  return ACTIVATIONS.flatMap((activation) =>
    NORMALIZATIONS.flatMap((normalization) => {
      const claimed = specs(numerics, activation, normalization).filter((spec) => claims(engine, spec))
      const name = `${numerics}: agrees with the reference for ${activation.kind}, ${normalization ?? 'no'} normalization`
      return claimed.length === 0 ? [] : [{ name, run: () => checkAgreements(engine, reference, claimed) }]
    }),
  )
}

/**
 * In front of a batch normalization biases have gradients of rounding alone. Adam makes of them what it makes of all
 * gradients, a step of full size: where rounding differs from the reference's, sgd is compared instead.
 */
function optimizersFor(numerics: Numerics, normalization: NormalizationKind | null): readonly OptimizerSpec[] {
  const magnifiesRounding = !hasBitsOfReference(numerics) && normalization === 'batch'
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

/** The same of several cells. */
export async function checkAgreements(engine: Engine, reference: Engine, specs: readonly TrialSpec[]): Promise<void> {
  for (const spec of specs) await checkAgreement(engine, reference, spec)
}

/** That the engine has the reference's numbers of three trials: every bit, or all but rounding errors. */
async function checkAgreement(engine: Engine, reference: Engine, spec: TrialSpec): Promise<void> {
  const batch = trialBatch(spec, TRIALS, { trace: true })
  const expected = await train(reference, batch)
  const actual = await train(engine, batch)
  if (hasBitsOfReference(spec.numerics)) assertSameBits(actual, expected, settingOf(batch))
  else assertNear(actual, expected, { setting: settingOf(batch), tolerance: TOLERANCE[spec.numerics === 'ieee-f64/1' ? spec.numerics : 'others'] })
}

/** JavaScript has no fma of binary64. */
function hasBitsOfReference(numerics: Numerics): boolean {
  return numerics !== 'ieee-f64/1' && hasPortableBits(numerics)
}

function settingOf({ shape, training }: TrialBatch): string {
  const { loss, optimizer, batch, noise } = training
  return `${loss}, ${JSON.stringify({ ...optimizer, noise })}, batch ${batch}, sizes ${shape.sizes.join()}`
}

function assertNear(actual: TrainedBatch, expected: TrainedBatch, { setting, tolerance }: { readonly setting: string; readonly tolerance: number }): void {
  assert.deepEqual(actual.initialDeadLayer, expected.initialDeadLayer, `dead layers, ${setting}`)
  for (const field of ['lossTrace', 'parameters'] as const) {
    assert.equal(actual[field]?.length, expected[field]?.length, `number of ${field}, ${setting}`)
    expected[field]?.forEach((value: number, i: number) => {
      const found = actual[field]?.[i] ?? Number.NaN
      const isNear = Math.abs(found - value) <= tolerance * Math.max(1, Math.abs(value))
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
