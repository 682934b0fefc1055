import { exampleSpec } from '../../packages/trial/src/example-spec.ts'
import { createReferenceEngine, lawBatch, OUTCOMES, trialBatch, trialRecords } from '@collapsar/trial'
import type { ActivationSpec, Engine, LossSpec, NormalizationKind, Numerics, OptimizerSpec, TrialSpec } from '@collapsar/trial'

const ACTIVATIONS: readonly ActivationSpec[] = [
  { kind: 'relu' },
  { kind: 'leaky-relu', leak: 0.05 },
  { kind: 'elu' },
  { kind: 'selu' },
  { kind: 'gelu' },
  { kind: 'tanh' },
]
const NORMALIZATIONS: readonly (NormalizationKind | null)[] = [null, 'batch', 'layer']
const LOSSES: readonly LossSpec[] = [{ loss: 'mse' }, { loss: 'huber', huberDelta: 0.3 }, { loss: 'mae' }]
const OPTIMIZERS: readonly OptimizerSpec[] = [
  { kind: 'sgd', learningRate: 0.02, momentum: 0.9 },
  { kind: 'adam', learningRate: 0.01 },
  { kind: 'sgd', learningRate: 0.05, momentum: 0 },
]

export interface Definition {
  readonly name: string
  readonly spec: TrialSpec
}

/** By the places of activation and normalization: six cells in which every activation, normalization, loss and optimizer occurs. */
const EACH_ONCE = ['00', '10', '22', '32', '41', '50']

/**
 * Every activation with every normalization, and beside them every loss and optimizer with each of both. Adam stands in front of no batch
 * normalization: biases have gradients of rounding alone there, which it makes full steps of.
 * @param which `each` definition once, or all of these
 */
export function definitions(numerics: Numerics, which: 'all' | 'each'): readonly Definition[] {
  return ACTIVATIONS.flatMap((activation, i) =>
    NORMALIZATIONS.flatMap((normalization, j) => {
      if (which === 'each' && !EACH_ONCE.includes(`${i}${j}`)) return []
      const loss = LOSSES[(i + j) % 3] as LossSpec
      const chosen = OPTIMIZERS[(i + 2 * j) % 3] as OptimizerSpec
      const optimizer = normalization === 'batch' && chosen.kind === 'adam' ? (OPTIMIZERS[0] as OptimizerSpec) : chosen
      const network = { activation, bias: { kind: 'normal', std: 0.1 }, ...(normalization !== null && { normalization }) } as const
      const training = { ...loss, optimizer, batch: i % 2 === 0 ? ('full' as const) : 13, steps: 50 }
      const spec = exampleSpec({ numerics, depth: 3, width: 3, network, problem: { points: 29, sampling: 'random' }, training })
      return { name: `${activation.kind}, ${normalization ?? 'no'} normalization, ${loss.loss}, ${optimizer.kind}`, spec }
    }),
  )
}

/** Largest difference of two lists of numbers, and the largest of them in size. */
export interface Deviation {
  readonly difference: number
  readonly size: number
}

const TRIALS = [0, 1, 2, 3, 4]
const never = new AbortController().signal

/**
 * How far an engine is from the reference in binary64, and how far the reference in binary32 is: what rounding alone does.
 * @param spec with as many steps as are to be compared
 */
export async function deviations(engine: Engine, spec: TrialSpec): Promise<{ readonly engine: Deviation; readonly rounding: Deviation }> {
  const reference = createReferenceEngine()
  // The three begin with the same numbers, those of binary32.
  const batch = trialBatch({ ...spec, numerics: 'ieee-f32/1' }, TRIALS)
  const initial64 = Float64Array.from(batch.initial)
  const [ours, single, double] = await Promise.all([
    engine.train({ ...batch, numerics: spec.numerics }, never),
    reference.train(batch, never),
    reference.train({ ...batch, numerics: 'ieee-f64/1', initial: initial64 }, never),
  ])
  const from = (parameters: ArrayLike<number>): Deviation => ({
    difference: Array.from(parameters).reduce((most, value, i) => Math.max(most, Math.abs(value - (double.parameters[i] ?? Number.NaN))), 0),
    size: Array.from(double.parameters).reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  })
  return { engine: from(ours.parameters), rounding: from(single.parameters) }
}

/** One step against the gradient, of size 1: what it takes from the parameters is the gradient. */
export function oneGradient(spec: TrialSpec): TrialSpec {
  return { ...spec, training: { ...spec.training, optimizer: { kind: 'sgd', learningRate: 1, momentum: 0 }, steps: 1 } }
}

/**
 * What an engine may differ by: sums in another order round as often as the reference's own, and functions of some ulps more do so
 * at every step, so sixteen times what rounding did to it, and never less than sixteen ulps of the largest parameter.
 */
export function tolerance({ difference, size }: Deviation): number {
  return 16 * (difference + 2 ** -24 * size)
}

/** How trials [first, first + count) of a cell ended: counts in the order of OUTCOMES. */
export async function outcomeCounts(engine: Engine, spec: TrialSpec, { count, first }: { readonly first: number; readonly count: number }): Promise<readonly number[]> {
  const batch = lawBatch(spec, Array.from({ length: count }, (_, i) => first + i))
  const counts = OUTCOMES.map(() => 0)
  const trained = await engine.train(batch, never)
  for (const { outcome } of trialRecords(batch, trained, spec.problem.domain)) {
    const place = OUTCOMES.indexOf(outcome)
    counts[place] = (counts[place] ?? 0) + 1
  }
  return counts
}
