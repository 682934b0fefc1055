import { createCpuEngine } from '@collapsar/engine-cpu'
import { lawBatch, layerLayouts, trialBatch } from '@collapsar/trial'
import type { OptimizerSpec, TrainedBatch, TrialSpec } from '@collapsar/trial'
import { parseSweep } from '@collapsar/sweep'
import { afterAll, describe, expect, it } from 'vitest'
import { repetitions, report } from './calibration.ts'

const engine = createCpuEngine()
afterAll(() => engine.close())

const PER_BATCH = 2_000
const MINUTES = 60_000

const OPTIMIZERS = [
  { kind: 'sgd', learningRate: 0.01 },
  { kind: 'sgd', learningRate: 0.01, momentum: 0.9 },
  { kind: 'adam', learningRate: 0.001 },
  { kind: 'adam', learningRate: 0.1 },
] as const

/** Networks so narrow and deep that most are born dead, others with biases, minibatches, other losses and initial laws. */
const SETTINGS = OPTIMIZERS.flatMap((optimizer) => [
  { grid: { depth: 10, width: 2 }, training: { optimizer } },
  { grid: { depth: 12, width: 3 }, training: { optimizer, loss: 'mae', batch: 4 }, problem: { target: 'step-sin' } },
  { grid: { depth: 15, width: 3 }, training: { optimizer, loss: 'huber' }, network: { bias: { kind: 'normal', std: 0.1 } } },
  { grid: { depth: 8, width: 2 }, training: { optimizer, batch: 8 }, network: { init: 'torch-default' } },
  { grid: { depth: 20, width: 4 }, training: { optimizer }, problem: { target: 'abs-2d' } },
])

const NETWORKS = repetitions(10_000, 100_000) / SETTINGS.length

function specOf({ training, problem, ...fields }: (typeof SETTINGS)[number]): TrialSpec {
  const sweep = {
    inits: 1,
    ...fields,
    problem: { points: 16, target: 'abs', ...problem },
    training: { ...training, steps: 200, stopAtDeath: false },
  }
  return parseSweep(sweep).cells[0]!.spec
}

interface Found {
  readonly bornDead: number
  /** Born dead, and yet trained into something that is not constant on the points, or below its dead layer another. */
  readonly contradictions: number
  /** Born alive networks whose first layer has moved: the training is real. */
  readonly moved: number
  readonly alive: number
}

function judge(spec: TrialSpec, indices: readonly number[], trained: TrainedBatch): Found {
  const { shape, initial } = trialBatch(spec, indices)
  const layouts = layerLayouts(shape.sizes)
  const count = initial.length / indices.length
  const outputs = trained.outputMin.length / indices.length
  /** Whether layers 1 to `layers` have the bits they started with. */
  const rests = (trial: number, layers: number): boolean => {
    const end = layouts[layers]!.weights
    const [before, after] = [initial, trained.parameters].map((all) => all.subarray(trial * count, trial * count + end))
    return Buffer.from(before!.slice().buffer).equals(Buffer.from(after!.slice().buffer))
  }
  const isConstant = (trial: number): boolean =>
    Array.from({ length: outputs }, (_, output) => trial * outputs + output).every(
      (place) => trained.outputMin[place] === trained.outputMax[place],
    )
  const found = { bornDead: 0, contradictions: 0, moved: 0, alive: 0 }
  for (const trial of indices.keys()) {
    const layer = trained.initialDeadLayer[trial]!
    if (layer === 0) {
      found.alive += 1
      found.moved += Number(!rests(trial, 1))
      continue
    }
    found.bornDead += 1
    const staysDead = layer === trained.deadLayer[trial]
    const holds = staysDead && isConstant(trial) && rests(trial, layer)
    found.contradictions += Number(!holds)
  }
  return found
}

function describeOptimizer(optimizer: OptimizerSpec): string {
  const momentum = optimizer.kind === 'sgd' ? `, momentum ${optimizer.momentum}` : ''
  return `${optimizer.kind} ${optimizer.learningRate}${momentum}`
}

describe('S6: a network that is born dead', () => {
  it.each(SETTINGS.map((setting, place) => [place, setting] as const))('stays a constant function however it is trained, setting %i: %j', async (place, setting) => {
    const spec = specOf(setting)
    const total = { bornDead: 0, contradictions: 0, moved: 0, alive: 0 }
    // Other networks in every setting.
    const [from, to] = [place * NETWORKS, (place + 1) * NETWORKS]
    for (let first = from; first < to; first += PER_BATCH) {
      const indices = Array.from({ length: Math.min(PER_BATCH, to - first) }, (_, index) => first + index)
      const trained = await engine.train(lawBatch(spec, indices), new AbortController().signal)
      const found = judge(spec, indices, trained)
      for (const key of ['bornDead', 'contradictions', 'moved', 'alive'] as const) total[key] += found[key]
    }
    const what = `${describeOptimizer(spec.training.optimizer)}, depth ${spec.depth}, width ${spec.width}, ${spec.training.loss}`
    report('S6', what, `${total.contradictions} contradictions in ${total.bornDead} born dead of ${NETWORKS}`)
    expect(total.contradictions).toBe(0)
    expect(total.bornDead).toBeGreaterThan(NETWORKS / 10)
    expect(total.moved).toBeGreaterThan(total.alive / 2)
  }, 5 * MINUTES)
})
