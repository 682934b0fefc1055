import assert from 'node:assert/strict'
import type { TrainedBatch, TrialBatch } from '../batch.ts'
import { END } from '../batch.ts'
import type { Engine } from '../engine.ts'
import { exampleSpec } from '../example-spec.ts'
import { trialBatch } from '../trial-batch.ts'
import type { Numerics, TrainingSpec } from '../trial.ts'
import type { ConformanceCheck } from './conformance-check.ts'
import { train } from './conformance-check.ts'
import { laneOf, selectLanes, withInitial } from './lane.ts'

/** NUMERICS.md, 6: checks are 32 steps apart, the eighth in a row certifies. */
const CHECK = 32
const CERTIFICATE = 7 * CHECK

/** How a trial ends: by death, by divergence, at once, after its last step. */
export function endingChecks(engine: Engine, numerics: Numerics): ConformanceCheck[] {
  const checks = {
    'decides born dead at step 0, trained on or not': checkBornDead,
    'certifies a death in the first step at step 256': checkEarlyDeath,
    'brackets every death between the last check alive and the first one dead': checkBrackets,
    'equals training without stopAtDeath up to the certificate': checkStopAtDeath,
    'records a divergence as canonical NaNs': checkDivergence,
    'takes the earlier loss a fifth of the steps before the end': checkEarlierLoss,
    'records the initial state for no steps at all': checkNoSteps,
  }
  return Object.entries(checks).map(([name, check]) => ({
    name: `${numerics}: ${name}`,
    run: () => check(engine, numerics),
  }))
}

/** f(x) = W2 relu(W1 x + b1) + b2 on [0, 1]. @param parameters [W1, b1, W2, b2] */
function oneUnit(numerics: Numerics, parameters: readonly number[], training: Partial<TrainingSpec>): TrialBatch {
  const spec = exampleSpec({ numerics, depth: 2, width: 1, problem: { domain: [0, 1], points: 40 }, training })
  return withInitial(trialBatch(spec, [0], { trace: true }), parameters)
}

/** relu(x - 10) is 0 on [0, 1]: a constant, 3, of which only the output bias can move. */
async function checkBornDead(engine: Engine, numerics: Numerics): Promise<void> {
  const stopped = oneUnit(numerics, [1, -10, 1, 3], { steps: 300 })
  const trained = await train(engine, stopped)
  assert.deepEqual(trained.parameters, stopped.initial)
  const { lossTrace: _trace, parameters: _parameters, loss, earlierLoss, ...facts } = laneOf(trained, 0)
  assert.deepEqual(facts, {
    end: [END.bornDead],
    endStep: [0],
    initialDeadLayer: [1],
    deadLayer: [1],
    firstDeadStep: [0],
    outputMin: [3],
    outputMax: [3],
    deadPoints: [40],
  })
  assert.deepEqual(earlierLoss, loss)
  assert.deepEqual(trained.lossTrace?.subarray(0, 2), Float64Array.of(loss?.[0] ?? 0, Number.NaN))
  // 0.05 moves a 3 in every format
  const optimizer = { kind: 'adam', learningRate: 0.05 } as const
  const on = await train(engine, oneUnit(numerics, [1, -10, 1, 3], { steps: 300, stopAtDeath: false, optimizer }))
  assert.deepEqual([on.end[0], on.endStep[0], on.initialDeadLayer[0], on.deadLayer[0]], [END.completed, 300, 1, 1])
  assert.equal(on.firstDeadStep[0], CHECK, 'a born dead network is dead at the first check')
  assert.deepEqual(on.parameters.slice(0, 3), stopped.initial.slice(0, 3), 'a parameter below the dead layer moved')
  assert.notEqual(on.parameters[3], 3, 'the output bias did not move')
}

/** An error of 100 on [0, 1] takes W1 = 1, b1 = 0 to -9 and -19 or so in one step of rate 0.1. */
async function checkEarlyDeath(engine: Engine, numerics: Numerics): Promise<void> {
  const optimizer = { kind: 'sgd', learningRate: 0.1, momentum: 0 } as const
  const trained = await train(engine, oneUnit(numerics, [1, 0, 1, 100], { steps: 400, optimizer }))
  assert.deepEqual([trained.initialDeadLayer[0], trained.deadLayer[0]], [0, 1])
  assert.deepEqual([trained.end[0], trained.firstDeadStep[0], trained.endStep[0]], [END.died, CHECK, 256])
  assert.equal(trained.lossTrace?.[256], trained.loss[0])
  assert.equal(trained.earlierLoss[0], trained.loss[0], 'the loss at the end stands in for the earlier one')
  assert.ok(Number.isNaN(trained.lossTrace?.[257]))
}

/** Networks of which a good part dies, some of them late. */
function mortals(numerics: Numerics, training: Partial<TrainingSpec> = {}): TrialBatch {
  const optimizer = { kind: 'adam', learningRate: 0.01 } as const
  const spec = exampleSpec({
    numerics,
    depth: 5,
    width: 2,
    problem: { points: 40 },
    training: { batch: 21, steps: 640, optimizer, ...training },
  })
  return trialBatch(spec, Array.from({ length: 24 }, (_, i) => i), { trace: true })
}

function certified(trained: TrainedBatch): number[] {
  return Array.from(trained.end.keys()).filter((lane) => trained.end[lane] === END.died)
}

async function checkBrackets(engine: Engine, numerics: Numerics): Promise<void> {
  const batch = mortals(numerics)
  const trained = await train(engine, batch)
  const dead = certified(trained)
  assert.ok(dead.length >= 2, `too few deaths to check: ${dead.length}`)
  for (const lane of dead) {
    const first = trained.firstDeadStep[lane] ?? 0
    assert.ok(first > 0 && first % CHECK === 0, `first dead step ${first}`)
    assert.equal(trained.endStep[lane], first + CERTIFICATE)
    const isDeadAfter = async (steps: number): Promise<boolean> => {
      const alone = { ...selectLanes(batch, [lane]), training: { ...batch.training, steps } }
      return ((await train(engine, alone)).deadLayer[0] ?? 0) > 0
    }
    assert.equal(await isDeadAfter(first - CHECK), false, `trial ${lane}, the last check alive`)
    assert.equal(await isDeadAfter(first), true, `trial ${lane}, the first check dead`)
  }
}

async function checkStopAtDeath(engine: Engine, numerics: Numerics): Promise<void> {
  const stopped = await train(engine, mortals(numerics))
  const on = await train(engine, mortals(numerics, { stopAtDeath: false }))
  const steps = (stopped.lossTrace?.length ?? 0) / stopped.end.length
  stopped.end.forEach((end, lane) => {
    if (end === END.completed) assert.deepEqual(laneOf(stopped, lane), laneOf(on, lane), `trial ${lane}`)
    if (end === END.died) assert.equal(on.firstDeadStep[lane], stopped.firstDeadStep[lane], `trial ${lane}`)
    const [from, to] = [lane * steps, lane * steps + (stopped.endStep[lane] ?? 0) + 1]
    assert.deepEqual(stopped.lossTrace?.slice(from, to), on.lossTrace?.slice(from, to), `trace of trial ${lane}`)
    if (on.end[lane] !== END.diverged) assert.equal(on.endStep[lane], steps - 1)
  })
}

/** A leaky network at learning rate 1e6: it cannot die. 31 steps end before the first check. */
async function checkDivergence(engine: Engine, numerics: Numerics): Promise<void> {
  const optimizer = { kind: 'sgd', learningRate: 1e6, momentum: 0 } as const
  for (const [steps, endStep] of [[640, undefined], [200, undefined], [31, 31]] as const) {
    const spec = exampleSpec({
      numerics,
      network: { activation: { kind: 'leaky-relu', leak: 0.1 } },
      training: { steps, optimizer },
    })
    const trained = await train(engine, trialBatch(spec, [0, 1, 2], { trace: true }))
    trained.end.forEach((end, lane) => {
      assert.equal(end, END.diverged)
      assert.equal(trained.deadLayer[lane], 0)
      const step = trained.endStep[lane] ?? 0
      assert.ok(endStep === undefined ? step % CHECK === 0 && step > 0 : step === endStep, `ended at ${step}`)
      assertNaNs([trained.loss[lane], trained.outputMin[lane], trained.outputMax[lane]])
    })
    assertCanonical(trained)
  }
}

function assertNaNs(values: readonly (number | undefined)[]): void {
  assert.ok(values.every(Number.isNaN), `${values.join()} instead of NaN`)
}

function assertCanonical({ parameters }: TrainedBatch): void {
  const { buffer, byteOffset, byteLength } = parameters
  const canonical = parameters.BYTES_PER_ELEMENT === 4 ? [0x7fc00000] : [0, 0x7ff80000]
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4)
  assert.ok(words.every((word, i) => word === canonical[i % canonical.length]), 'a NaN that is not canonical')
}

/** Updates count from 1: before update 30 of 37, 29 have been made. */
async function checkEarlierLoss(engine: Engine, numerics: Numerics): Promise<void> {
  for (const [steps, earlier] of [[37, 29], [40, 31], [4, 3], [1, 0]] as const) {
    const spec = exampleSpec({ numerics, width: 4, training: { steps, batch: 10, stopAtDeath: false } })
    const trained = await train(engine, trialBatch(spec, [3, 4], { trace: true }))
    for (const lane of [0, 1]) {
      const trace = trained.lossTrace?.subarray(lane * (steps + 1), (lane + 1) * (steps + 1))
      assert.equal(trained.earlierLoss[lane], trace?.[earlier], `${steps} steps`)
      assert.equal(trained.loss[lane], trace?.[steps])
    }
    const untraced = await train(engine, trialBatch(spec, [3, 4]))
    assert.deepEqual({ ...untraced, lossTrace: trained.lossTrace }, trained, 'the trace changes the training')
    assert.equal(untraced.lossTrace, null)
  }
}

async function checkNoSteps(engine: Engine, numerics: Numerics): Promise<void> {
  const batch = mortals(numerics, { steps: 0 })
  const trained = await train(engine, batch)
  assert.deepEqual(trained.parameters, batch.initial)
  assert.deepEqual(trained.deadLayer, trained.initialDeadLayer)
  assert.deepEqual(trained.lossTrace, trained.loss)
  trained.end.forEach((end, lane) => {
    assert.equal(end, (trained.initialDeadLayer[lane] ?? 0) > 0 ? END.bornDead : END.completed)
    assert.equal(trained.endStep[lane], 0)
  })
}
