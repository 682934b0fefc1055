import assert from 'node:assert/strict'
import type { TrialBatch } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { fillUniforms } from '../random/uniform.ts'
import { listField, matrixField, numbersField, objectField } from '../traces/fields.ts'
import { trainingCase } from '../traces/index.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'
import { laneOf } from './lane.ts'

/** Relative; the traces carry float64 rounding, amplified over some ten steps. */
const TOLERANCE = 1e-9

const NEIGHBOURS = 16

/**
 * Float64 losses and final parameters of an independent library, each case alone and beside 16 random neighbours in
 * the first, the middle and the last lane.
 * @param traces `{ cases }` as in test/golden/training-float64.json
 */
export function traceChecks(engine: Engine, traces: unknown): ConformanceCheck[] {
  const cases = listField(objectField(traces, 'traces')['cases'], 'cases')
  return cases.map((golden, i) => ({
    name: `ieee-f64/1: reproduces the trace ${String(objectField(golden, `cases[${i}]`)['name'])} in any lane`,
    run: () => checkTrace(engine, golden),
  }))
}

async function checkTrace(engine: Engine, golden: unknown): Promise<void> {
  const batch = trainingCase(golden)
  const document = objectField(golden, 'case')
  const lossTrace = numbersField(document['lossTrace'], 'lossTrace', batch.training.steps + 1)
  const final = finalOf(document['final'], batch)
  const check = async (lanes: TrialBatch, lane: number): Promise<void> => {
    const trained = laneOf(await train(engine, lanes), lane)
    assertNear(trained['lossTrace'] ?? [], lossTrace, `loss in lane ${lane} of ${lanes.trials.length}`)
    assertNear(trained['parameters'] ?? [], final, `parameter in lane ${lane} of ${lanes.trials.length}`)
  }
  await check(batch, 0)
  for (const lane of [0, NEIGHBOURS / 2, NEIGHBOURS]) await check(besideNeighbours(batch, lane), lane)
}

/** Weights and biases in turn, then scales and shifts. */
function finalOf(json: unknown, { shape }: TrialBatch): number[] {
  return listField(json, 'final').flatMap((tensor, i) => {
    const layer = Math.floor(i / 2)
    const [inputs, outputs] = shape.sizes.slice(layer, layer + 2)
    const isMatrix = i % 2 === 0 && inputs !== undefined && outputs !== undefined
    return isMatrix ? matrixField(tensor, `final[${i}]`, outputs, inputs) : numbersField(tensor, `final[${i}]`)
  })
}

/** The case in lane `lane`, networks of uniform parameters around it. */
function besideNeighbours(batch: TrialBatch, lane: number): TrialBatch {
  const size = batch.initial.length
  const uniforms = new Float64Array((NEIGHBOURS + 1) * size)
  fillUniforms(uniforms, uniforms.length, { key: [1, 2], trial: 0, tensor: 0 })
  const initial = uniforms.map((u) => 2 * u - 1)
  initial.set(batch.initial, lane * size)
  return { ...batch, initial, trials: Float64Array.from({ length: NEIGHBOURS + 1 }, (_, i) => i) }
}

/** To TOLERANCE, relative to the expected number or, for parameters near 0, to 1e-3. */
function assertNear(actual: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(actual.length, expected.length, `number of ${what}`)
  expected.forEach((value, i) => {
    const error = Math.abs((actual[i] ?? Number.NaN) - value)
    assert.ok(error <= TOLERANCE * Math.max(Math.abs(value), 1e-3), `${what}, ${i}: ${actual[i]} instead of ${value}`)
  })
}
