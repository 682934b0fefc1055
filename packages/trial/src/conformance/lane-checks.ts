import assert from 'node:assert/strict'
import type { TrialBatch } from '../batch.ts'
import { END } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { trialBatch } from '../trial-batch.ts'
import type { NoiseSpec, NormalizationKind, Numerics } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'
import { laneOf, selectLanes, withInitial } from './lane.ts'

/** More than any vector is wide, and not a multiple of one. */
const LANES = 19

interface Case {
  readonly width: number
  readonly normalization: NormalizationKind | null
  readonly noise?: NoiseSpec
}

const CASES: readonly Case[] = [
  { width: 2, normalization: null },
  { width: 9, normalization: null },
  { width: 3, normalization: 'batch' },
  { width: 9, normalization: 'layer' },
  { width: 2, normalization: null, noise: { kind: 'relative', level: 0.5, parameters: 'all' } },
  { width: 3, normalization: 'batch', noise: { kind: 'absolute', level: 0.01, parameters: 'biases' } },
]

/** In the working type a power of it overflows; in binary16 its square does already. */
const OVERFLOWING: Readonly<Partial<Record<Numerics, number>>> = { 'ieee-f64/1': 1e200, 'f16/1': 6e4 }
const OVERFLOWING_32 = 1e30

/** Nothing about a trial depends on its neighbours, its lane or the size of its batch. */
export function laneChecks(engine: Engine, numerics: Numerics): ConformanceCheck[] {
  return CASES.filter((network) => engine.supports(unlikeNeighbours(numerics, network)) === true).map((network) => ({
    name:
      `${numerics}: a trial alone equals the same trial in any lane of any batch, width ${network.width}, ` +
      `${network.normalization ?? 'no'} normalization, ${network.noise?.kind ?? 'no'} noise`,
    run: () => checkLanes(engine, unlikeNeighbours(numerics, network)),
  }))
}

/** Trials that live to the end and one, in lane 5, that diverges; of narrow ones some are born dead and some die. */
function unlikeNeighbours(numerics: Numerics, { width, normalization, noise }: Case): TrialBatch {
  const spec = exampleSpec({
    numerics,
    depth: 5,
    width,
    network: normalization === null ? {} : { normalization },
    problem: { points: 40 },
    training: {
      batch: 21,
      steps: width === 2 ? 320 : 48,
      optimizer: { kind: 'adam', learningRate: 0.01 },
      ...(noise === undefined ? {} : { noise }),
    },
  })
  const trials = Array.from({ length: LANES }, (_, i) => 2 ** 33 + i)
  const batch = trialBatch(spec, trials, { trace: true })
  const size = batch.initial.length / LANES
  const overflowing = OVERFLOWING[numerics] ?? OVERFLOWING_32
  return withInitial(batch, Array.from(batch.initial).map((p, i) => (Math.floor(i / size) === 5 ? overflowing : p)))
}

/** The groups move trials to lanes that differ modulo every vector width. */
async function checkLanes(engine: Engine, batch: TrialBatch): Promise<void> {
  const before = batch.initial.slice()
  const together = await train(engine, batch)
  assert.deepEqual(batch.initial, before, 'the initial parameters were modified')
  assert.equal(together.end[5], END.diverged)
  assert.ok(together.end.includes(END.completed), `not unlike enough: ends ${together.end.join()}`)
  const rotated = Array.from({ length: LANES }, (_, i) => (i + 5) % LANES)
  const groups = [[0], [5], [18], [17, 2], [3, 4, 5, 6, 7, 8, 9], rotated]
  for (const lanes of groups) {
    const apart = await train(engine, selectLanes(batch, lanes))
    lanes.forEach((lane, i) => {
      assert.deepEqual(laneOf(apart, i), laneOf(together, lane), `trial ${lane} differs in a batch of ${lanes.length}`)
    })
  }
}
