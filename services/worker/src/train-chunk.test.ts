import { createCpuEngine } from '@collapsar/engine-cpu'
import { cellId, decodeBlock, decodeMeasurement } from '@collapsar/sweep'
import type { ChunkWork } from '@collapsar/sweep'
import { createReferenceEngine, END, measurementSets, trialBatch } from '@collapsar/trial'
import type { Engine, MeasurementName, MeasurementSet, TrialSpec } from '@collapsar/trial'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trialSpec } from '../../../test/support/blocks.ts'
import { encodeTrials, measureTrials } from './measure-trials.ts'
import type { Measuring } from './measuring.ts'
import { trainChunk } from './train-chunk.ts'

/** Between checks, at one, and beyond the last step: the last is no state on the way. */
const STEPS = [0, 7, 32, 45, 500]

/** A set of this test's: loss and number of updates at every observed step, and at the end. */
const observing: MeasurementSet = {
  name: 'observing' as MeasurementName,
  version: 3,
  summary: 'for this test',
  applies: () => true,
  observes: () => STEPS,
  columns: () => [
    { name: 'loss', type: 'f32', size: STEPS.length, meaning: 'of every state' },
    { name: 'endStep', type: 'u16', size: STEPS.length, meaning: 'of every state' },
  ],
  measure: ({ observed, trained }) => {
    const trials = Array.from(trained.loss, (_, trial) => observed.map((state) => [state.loss[trial]!, state.endStep[trial]!]))
    return [
      Float32Array.from(trials.flatMap((states) => states.map(([loss]) => loss!))),
      Uint16Array.from(trials.flatMap((states) => states.map(([, step]) => step!))),
    ]
  },
}

beforeAll(() => {
  Object.assign(measurementSets, { observing })
})
afterAll(() => {
  Reflect.deleteProperty(measurementSets, 'observing')
})

/** The same functions as on the measuring thread, on this one. */
const measuring: Measuring = {
  parts: 1,
  measure: async (trials) => measureTrials(trials),
  encode: async (blocks) => {
    const parts = [...encodeTrials(blocks)]
    return { blocks: parts.flatMap((part) => part.blocks), measurements: parts.flatMap((part) => part.measurements) }
  },
  close: async () => undefined,
}

/** Deep and narrow, so that many are born dead and some die; minibatches, so that streams matter. 70 steps are no multiple of 32. */
const spec: TrialSpec = {
  ...trialSpec(5, 6, 2),
  problem: { target: 'abs', inputDim: 1, points: 16, sampling: 'grid', domain: [-1, 1] },
  training: { loss: 'mse', optimizer: { kind: 'adam', learningRate: 0.02 }, batch: 4, steps: 70, stopAtDeath: true },
}

function work(cell: TrialSpec, firstBlock: number, blocks: number, sets: readonly MeasurementSet[]): ChunkWork {
  const chunk = { id: 'k', cell: cellId(cell), engine: 'cpu' as const, firstBlock, blocks }
  return { chunk, spec: cell, sets: sets.map(({ name, version }) => ({ name, version })) }
}

const train = (engine: Engine, chunk: ChunkWork, parts = 1) =>
  trainChunk({ engine, measuring: { ...measuring, parts }, onBatch: async () => undefined }, chunk, new AbortController().signal)

describe.each([
  ['the readable engine', createReferenceEngine],
  ['the CPU engine', () => createCpuEngine({ threads: 1 })],
])('a chunk whose networks are observed on the way, by %s', (_, create) => {
  let engine: Engine
  beforeAll(() => {
    engine = create()
  })
  afterAll(() => engine.close())

  it('sees the states of the one training: the losses are those of its trace', async () => {
    const { blocks, measurements } = await train(engine, work(spec, 0, 1, [observing]))
    const [losses, endSteps] = decodeMeasurement(spec, measurements[0]!)
    const full = await engine.train(trialBatch(spec, [...Array(100).keys()], { trace: true }), new AbortController().signal)
    expect(full.end.filter((end) => end === END.bornDead).length).toBeGreaterThan(0)
    expect(full.end.filter((end) => end === END.completed).length).toBeGreaterThan(0)
    for (let trial = 0; trial < 100; trial += 1) {
      for (const [place, steps] of STEPS.entries()) {
        const step = Math.min(steps, full.endStep[trial]!)
        expect(endSteps![trial * STEPS.length + place]).toBe(step)
        expect(losses![trial * STEPS.length + place]).toBe(Math.fround(full.lossTrace![trial * 71 + step]!))
      }
    }
    expect(decodeBlock(blocks[0]!.columns, blocks[0]!.digest)[3]!.loss).toBe(Math.fround(full.loss[3]!))
  })

  it('has the digests of a chunk without sets, and the same measurements however it is cut', async () => {
    const sets = [observing, measurementSets.facts]
    const whole = await train(engine, work(spec, 0, 3, sets))
    const parts = [await train(engine, work(spec, 0, 1, sets)), await train(engine, work(spec, 1, 2, sets))]
    const plain = await train(engine, work(spec, 0, 3, []))
    expect(whole.blocks.map(({ digest }) => digest)).toEqual(plain.blocks.map(({ digest }) => digest))
    expect(plain.measurements).toEqual([])
    expect(whole.measurements.map(({ index, set }) => [index, set.name])).toEqual(
      [0, 1, 2].flatMap((index) => sets.map(({ name }) => [index, name])),
    )
    expect(parts.flatMap(({ measurements }) => measurements)).toEqual(whole.measurements)
    // 300 trials in seven parts: measured by several threads at once.
    expect(await train(engine, work(spec, 0, 3, sets), 7)).toEqual(whole)
  })
})

it('trains fewer networks at once where more states of each are in memory', async () => {
  const wide: TrialSpec = { ...spec, depth: 3, width: 256 }
  const batchOf = async (sets: readonly MeasurementSet[]): Promise<number> => {
    let trials = 0
    const engine: Engine = {
      ...createReferenceEngine(),
      train: (batch) => {
        trials = batch.trials.length
        return Promise.reject(new Error('seen'))
      },
    }
    await expect(train(engine, work(wide, 0, 10, sets))).rejects.toThrow('seen')
    return trials
  }
  // 256 + 256, 256^2 + 256 and 256 + 1 parameters, 66,561 of each state: 16e6 / 66,561 = 240.4, that is two whole blocks.
  expect(await batchOf([])).toBe(200)
  // Four states on the way and the end: 240.4 / 5.
  expect(await batchOf([observing])).toBe(48)
})

it('says that an engine cannot train the cell before it trains', async () => {
  const engine = { ...createReferenceEngine(), supports: () => 'too deep' }
  await expect(train(engine, work(spec, 0, 1, []))).rejects.toThrow('cannot train this cell: too deep')
})
