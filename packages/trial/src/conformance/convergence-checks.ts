import assert from 'node:assert/strict'
import type { TrainedBatch, TrialBatch } from '../batch.ts'
import { END } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { trialBatch } from '../trial-batch.ts'
import type { Numerics } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'
import { laneOf, selectLanes, withInitial } from './lane.ts'

/** Updates between two checks (NUMERICS.md, 6). */
const CHECK = 32

/** How `convergedLoss` ends a trial. */
export function convergenceChecks(engine: Engine, numerics: Numerics): ConformanceCheck[] {
  const checks = {
    'ends a converged trial at its first check at or below the bound, as if it had been asked for so many steps': checkStops,
    'certifies a death before it calls the trial converged': checkOrder,
  }
  return Object.entries(checks).map(([name, check]) => ({
    name: `${numerics}: ${name}`,
    run: () => check(engine, numerics),
  }))
}

async function checkStops(engine: Engine, numerics: Numerics): Promise<void> {
  const spec = exampleSpec({
    numerics,
    width: 5,
    network: { activation: { kind: 'elu' } },
    problem: { points: 40 },
    training: { batch: 21, steps: 200, optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } },
  })
  const batch = trialBatch(spec, Array.from({ length: 12 }, (_, i) => i), { trace: true })
  const free = await train(engine, batch)
  const bound = boundOf(free)
  const stopped = await train(engine, { ...batch, convergedLoss: bound })
  assert.ok(stopped.end.includes(END.converged) && stopped.end.includes(END.completed), 'not unlike enough')
  for (const lane of batch.trials.keys()) {
    const steps = checksOf(free, lane).find(({ loss }) => loss <= bound)?.step
    if (steps === undefined) assert.deepEqual(laneOf(stopped, lane), laneOf(free, lane), `trial ${lane}`)
    else await checkStopped(engine, batch, { lane, steps, stopped })
  }
}

/** A loss that a trial has at its third check, to the bit; some have less by then and some never. */
function boundOf(free: TrainedBatch): number {
  const third = Array.from(free.end.keys(), (lane) => checksOf(free, lane)[2]?.loss ?? Number.NaN)
  return third.toSorted((a, b) => a - b)[third.length >> 2] ?? Number.NaN
}

/** Losses of a traced trial at its checks, in order. */
function checksOf({ end, lossTrace }: TrainedBatch, lane: number): { readonly step: number; readonly loss: number }[] {
  const length = (lossTrace?.length ?? 0) / end.length
  return Array.from({ length: Math.floor((length - 1) / CHECK) }, (_, i) => {
    const step = (i + 1) * CHECK
    return { step, loss: lossTrace?.[lane * length + step] ?? Number.NaN }
  })
}

interface Stopped {
  readonly lane: number
  readonly steps: number
  readonly stopped: TrainedBatch
}

async function checkStopped(engine: Engine, batch: TrialBatch, { lane, steps, stopped }: Stopped): Promise<void> {
  const { earlierLoss, end, lossTrace, ...facts } = laneOf(stopped, lane)
  assert.deepEqual([end, facts['endStep']], [[END.converged], [steps]], `trial ${lane}`)
  const alone = { ...selectLanes(batch, [lane]), training: { ...batch.training, steps } }
  const { earlierLoss: _earlier, end: _end, lossTrace: trace, ...expected } = laneOf(await train(engine, alone), 0)
  assert.deepEqual(facts, expected, `the state at the end of trial ${lane}`)
  assert.deepEqual(lossTrace?.slice(0, steps + 1), trace)
  assert.ok(lossTrace?.slice(steps + 1).every(Number.isNaN), 'a trace beyond the end')
  const taken = batch.training.steps - Math.floor(batch.training.steps / 5) - 1
  assert.deepEqual(earlierLoss, steps > taken ? [trace?.[taken]] : facts['loss'], `earlier loss of trial ${lane}`)
}

/**
 * A unit that dies in the first steps, above it an output bias that comes down from 126, by over half the spacing of bfloat16 there: the loss falls from check to check,
 * to step 256, at which death is certified.
 */
async function checkOrder(engine: Engine, numerics: Numerics): Promise<void> {
  const optimizer = { kind: 'adam', learningRate: 0.35 } as const
  const problem = { domain: [0, 1], points: 40 } as const
  const spec = exampleSpec({ numerics, depth: 2, width: 1, problem, training: { steps: 300, optimizer } })
  const batch = withInitial(trialBatch(spec, [0], { trace: true }), [1, 0, 1, 126])
  const free = await train(engine, batch)
  const checks = checksOf(free, 0).filter(({ loss }) => !Number.isNaN(loss))
  assert.equal(checks.length, 8, 'the trial has not died')
  checks.slice(1).forEach(({ loss }, i) => assert.ok(loss < (checks[i]?.loss ?? 0), 'the loss does not fall'))
  for (const { step, loss } of checks.slice(5)) {
    const trained = await train(engine, { ...batch, convergedLoss: loss })
    const end = step === 256 ? END.died : END.converged
    assert.deepEqual([trained.end[0], trained.endStep[0]], [end, step])
  }
}
