import assert from 'node:assert/strict'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { storedIn } from '../stored.ts'
import { trialBatch } from '../trial-batch.ts'
import type { NormalizationKind, Numerics } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'

const NORMALIZATIONS: readonly (NormalizationKind | null)[] = [null, 'batch', 'layer']

/** What a reduced precision stores is a number of its format: parameters, and the outputs on the points. */
export function storedChecks(engine: Engine, numerics: Numerics): ConformanceCheck[] {
  if (numerics !== 'f16/1' && numerics !== 'bf16/1') return []
  return NORMALIZATIONS.map((normalization) => ({
    name: `${numerics}: stores numbers of its format, ${normalization ?? 'no'} normalization`,
    run: () => checkStored(engine, numerics, normalization),
  }))
}

async function checkStored(engine: Engine, numerics: Numerics, normalization: NormalizationKind | null): Promise<void> {
  const network = { activation: { kind: 'tanh' }, ...(normalization === null ? {} : { normalization }) } as const
  const optimizer = { kind: 'adam', learningRate: 0.01 } as const
  const spec = exampleSpec({ numerics, width: 4, network, training: { batch: 21, steps: 40, optimizer } })
  const batch = trialBatch(spec, [0, 1, 2])
  const trained = await train(engine, batch)
  const stored = storedIn(numerics)
  for (const field of ['parameters', 'outputMin', 'outputMax'] as const) {
    trained[field].forEach((value: number, i: number) => {
      assert.ok(Object.is(stored(value), value) || Number.isNaN(value), `${field} ${i}: ${value} is not of the format`)
    })
  }
  assert.notDeepEqual(trained.parameters, batch.initial, 'nothing was trained')
}
