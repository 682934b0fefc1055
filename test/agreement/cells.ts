import { createCpuEngine } from '@collapsar/engine-cpu'
import { parseSweep } from '@collapsar/sweep'
import { lawBatch, trainingPoints, trialRecords } from '@collapsar/trial'
import type { Engine, MeasuredBatch, TrainedBatch, TrialRecord, TrialSpec } from '@collapsar/trial'

/** The spec of one cell, from the fields of a sweep file. */
export function specOf(depth: number, width: number, fields: object): TrialSpec {
  return parseSweep({ grid: { depth, width }, inits: 1, ...fields }).cells[0]!.spec
}

const BATCH_PARAMETERS = 4e6

/** Calls back with the records of trials [0, count) in order. */
export async function forEachRecord(
  engine: Engine,
  spec: TrialSpec,
  count: number,
  visit: (record: TrialRecord) => void,
): Promise<void> {
  for await (const { batch, trained } of batches(engine, spec, count)) {
    for (const record of trialRecords(batch, trained, spec.problem.domain)) visit(record)
  }
}

/** Trains trials [0, count), some thousand at a time. */
async function* batches(
  engine: Engine,
  spec: TrialSpec,
  count: number,
): AsyncGenerator<{ batch: MeasuredBatch; trained: TrainedBatch }> {
  const points = trainingPoints(spec.problem, spec.seed)
  const perBatch = Math.max(1, Math.floor(BATCH_PARAMETERS / (spec.width * (spec.width + 1) * spec.depth)))
  for (let first = 0; first < count; first += perBatch) {
    const trials = Array.from({ length: Math.min(perBatch, count - first) }, (_, index) => first + index)
    const batch = lawBatch(spec, trials, { points })
    yield { batch, trained: await engine.train(batch, new AbortController().signal) }
  }
}

/** How many of the trials [0, count) are born dead: one forward pass each, nothing trained, nothing else measured. */
export async function countBornDead(engine: Engine, spec: TrialSpec, count: number): Promise<number> {
  const untrained = { ...spec, training: { ...spec.training, steps: 0 } }
  let dead = 0
  for await (const { trained } of batches(engine, untrained, count)) {
    dead += trained.initialDeadLayer.filter((layer) => layer > 0).length
  }
  return dead
}

export function cpuEngine(): Engine {
  return createCpuEngine()
}
