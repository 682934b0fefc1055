import assert from 'node:assert/strict'
import { drawnBatch } from '../draw-initial.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { lawBatch } from '../trial-batch.ts'
import type { BiasSpec, InitializationSpec, NetworkSpec, Numerics, TrialSpec } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'

const INITIALIZATIONS: readonly InitializationSpec[] = [
  { kind: 'he-normal' },
  { kind: 'he-uniform' },
  { kind: 'glorot-normal' },
  { kind: 'glorot-uniform' },
  { kind: 'lecun-normal' },
  { kind: 'torch-default' },
  { kind: 'small', std: 1e-3 },
  { kind: 'randomized-asymmetric', outputLayer: true },
  { kind: 'randomized-asymmetric', outputLayer: false },
]

const BIASES: readonly BiasSpec[] = [{ kind: 'zero' }, { kind: 'normal', std: 0.1 }, { kind: 'uniform', std: 0.1 }]

/** Two inputs; tensors of 2, 6, 1, 9 and 3 numbers: odd and even ones, larger and smaller than a vector of any machine. */
const NETWORKS = [
  { width: 1, problem: { points: 9 } },
  { width: 3, problem: { target: 'abs-2d', inputDim: 2, points: 9 } },
  { width: 9, problem: { points: 9 } },
] as const

/** Two more than two vectors of any machine are wide, on both sides of 2^32 and just below 2^53. */
const TRIALS = Float64Array.from({ length: 34 }, (_, i) =>
  i < 17 ? 2 ** 32 - 9 + i : i < 30 ? 2 ** 53 - 31 + i : 1000 * i,
)

/** Trained from the law of its initial parameters a batch has the bits that it has when trained from these. */
export function initialLawChecks(engine: Engine, numerics: Numerics): ConformanceCheck[] {
  return INITIALIZATIONS.map((initialization) => ({
    name: `${numerics}: draws the initial parameters of ${JSON.stringify(initialization)} by their law, with all biases`,
    run: async () => {
      for (const bias of biasesBeside(initialization)) {
        for (const spec of specs(numerics, { initialization, bias })) await checkLaw(engine, spec)
      }
    },
  }))
}

function biasesBeside({ kind }: InitializationSpec): readonly BiasSpec[] {
  return kind === 'torch-default' || kind === 'randomized-asymmetric' ? [{ kind: 'initialization' }] : BIASES
}

function specs(numerics: Numerics, network: Pick<NetworkSpec, 'initialization' | 'bias'>): TrialSpec[] {
  const sized = NETWORKS.map((sizes) => ({ numerics, network, ...sizes }))
  const untrained = sized.map((sizes) => exampleSpec({ ...sizes, training: { steps: 0 } }))
  const trained = exampleSpec({ numerics, network, ...NETWORKS[1], training: { steps: 33, batch: 5 } })
  return [...untrained, trained]
}

async function checkLaw(engine: Engine, spec: TrialSpec): Promise<void> {
  const batch = lawBatch(spec, TRIALS)
  const drawn = drawnBatch(batch)
  const expected = await train(engine, drawn)
  if (spec.training.steps === 0) assert.deepEqual(expected.parameters, drawn.initial)
  assert.deepEqual(await train(engine, batch), expected, `from their law, ${JSON.stringify(spec.network)}`)
}
