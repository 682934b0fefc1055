import assert from 'node:assert/strict'
import { at } from '../at.ts'
import type { TrainedBatch, TrialBatch } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { fillUniforms } from '../random/uniform.ts'
import { trialBatch } from '../trial-batch.ts'
import type { ActivationSpec, LossKind, Numerics, OptimizerSpec, TrialSpec } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'

const ACTIVATIONS: readonly ActivationSpec[] = [
  { kind: 'relu' },
  { kind: 'leaky-relu', leak: 0.01 },
  { kind: 'elu' },
  { kind: 'gelu' },
  { kind: 'tanh' },
]
const LOSSES: readonly LossKind[] = ['mse', 'mae']
const OPTIMIZERS: readonly OptimizerSpec[] = [
  { kind: 'sgd', learningRate: 0.01, momentum: 0 },
  { kind: 'sgd', learningRate: 0.01, momentum: 0.9 },
  { kind: 'adam', learningRate: 0.01 },
]

/**
 * 41 points are two tiles of 32 or three of 16, the last one short; so are the 37 samples of a minibatch. Odd numbers:
 * with as many errors above 0 as below, mae's gradient of the output bias is pure rounding, which Adam makes a full step.
 */
const POINTS = 41
const BATCHES = ['full', 37] as const

const STEPS = 5
const TRIALS = 3

/** Unit roundoff of binary32. */
const UNIT_32 = 2 ** -24
const PROBES = 4

/** A probe is one random direction, not the worst one. */
const PROBE_SAFETY = 4

/** Losses and parameters of the first steps equal the reference engine's, over every combination of definitions. */
export function agreementChecks(engine: Engine, numerics: Numerics, reference: Engine): ConformanceCheck[] {
  return ACTIVATIONS.flatMap((activation) =>
    LOSSES.map((loss) => ({
      name: `${numerics}: agrees with the reference for ${activation.kind} and ${loss}, all optimizers and batches`,
      run: async () => {
        for (const spec of specs(numerics, activation, loss)) await checkAgreement(engine, reference, spec)
      },
    })),
  )
}

function specs(numerics: Numerics, activation: ActivationSpec, loss: LossKind): TrialSpec[] {
  return OPTIMIZERS.flatMap((optimizer, i) =>
    BATCHES.map((batch) =>
      exampleSpec({
        numerics,
        depth: 3,
        width: i === 0 ? 9 : 3,
        network: { activation, bias: { kind: 'normal', std: 0.1 } },
        problem: i === 1 ? { target: 'abs-2d', inputDim: 2, points: POINTS, sampling: 'random' } : { points: POINTS },
        training: { loss, optimizer, batch, steps: STEPS },
      }),
    ),
  )
}

async function checkAgreement(engine: Engine, reference: Engine, spec: TrialSpec): Promise<void> {
  const batch = trialBatch(spec, [0, 1, 2 ** 40].slice(0, TRIALS), { trace: true })
  const expected = await train(reference, inBinary64(batch))
  const tolerance = spec.numerics === 'ieee-f64/1' ? exactTolerance(expected) : await probed(reference, batch, expected)
  const actual = await train(engine, batch)
  assert.deepEqual(actual.initialDeadLayer, expected.initialDeadLayer, 'dead layers')
  const what = JSON.stringify(spec.training)
  assertWithin(actual.lossTrace, expected.lossTrace, tolerance.losses, `loss, ${what}`)
  assertWithin(actual.parameters, expected.parameters, tolerance.parameters, `parameter, ${what}`)
}

/** The same trials for the reference, which sees what the engine sees after rounding to its working type. */
function inBinary64(batch: TrialBatch): TrialBatch {
  const round = batch.numerics === 'ieee-f32/1' ? Math.fround : (value: number): number => value
  const { inputs, targets } = batch.points
  const points = { ...batch.points, inputs: inputs.map(round), targets: targets.map(round) }
  return { ...batch, numerics: 'ieee-f64/1', points, initial: Float64Array.from(batch.initial) }
}

interface Tolerance {
  /** As `lossTrace`. */
  readonly losses: Float64Array
  /** As `parameters`. */
  readonly parameters: Float64Array
}

/** Without fma the reference rounds twice where an engine rounds once: some 1e-14 after five steps, amplified. */
function exactTolerance({ lossTrace, parameters }: TrainedBatch): Tolerance {
  return {
    losses: (lossTrace ?? new Float64Array(0)).map((loss) => 1e-9 * loss),
    parameters: Float64Array.from(parameters, (p) => 1e-9 * Math.max(1, Math.abs(p))),
  }
}

/**
 * A tolerance by backward error analysis. What binary32 computes is what exact arithmetic would from parameters
 * perturbed by at most u times the roundings on the longest chain; how far that carries is measured, on the reference,
 * from perturbations of that size in random directions.
 */
async function probed(reference: Engine, batch: TrialBatch, expected: TrainedBatch): Promise<Tolerance> {
  const size = chainLength(batch) * UNIT_32
  const losses = (expected.lossTrace ?? new Float64Array(0)).map((loss) => size * loss)
  const parameters = Float64Array.from(expected.parameters, (p) => size * Math.abs(p))
  for (let probe = 0; probe < PROBES; probe++) {
    const moved = await train(reference, perturbed(inBinary64(batch), size, probe))
    widen(losses, moved.lossTrace ?? losses, expected.lossTrace ?? losses)
    widen(parameters, moved.parameters, expected.parameters)
  }
  return { losses, parameters }
}

/** Roundings one after another: forward and backward through all layers, over the samples, the update; every step. */
function chainLength({ shape, points, training }: TrialBatch): number {
  const layers = shape.sizes.length - 1
  const widest = Math.max(...shape.sizes)
  return training.steps * (2 * layers * (widest + 4) + points.count + 8)
}

function perturbed(batch: TrialBatch, size: number, probe: number): TrialBatch {
  const uniforms = new Float64Array(batch.initial.length)
  fillUniforms(uniforms, uniforms.length, { key: [3, 4], trial: probe, tensor: 0 })
  return { ...batch, initial: uniforms.map((u, i) => (batch.initial[i] ?? 0) * (1 + (u < 0.5 ? -size : size))) }
}

function widen(tolerance: Float64Array, moved: ArrayLike<number>, expected: ArrayLike<number>): void {
  tolerance.forEach((width, i) => {
    tolerance[i] = Math.max(width, PROBE_SAFETY * Math.abs((moved[i] ?? 0) - (expected[i] ?? 0)))
  })
}

function assertWithin(
  actual: ArrayLike<number> | null,
  expected: ArrayLike<number> | null,
  tolerance: Float64Array,
  what: string,
): void {
  assert.equal(actual?.length, expected?.length, `number of ${what}`)
  Array.from(expected ?? []).forEach((value, i) => {
    const found = actual?.[i] ?? Number.NaN
    const isNear = Math.abs(found - value) <= at(tolerance, i)
    assert.ok(isNear, `${what}, ${i}: ${found} instead of ${value} +- ${at(tolerance, i)}`)
  })
}
