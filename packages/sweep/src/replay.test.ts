import { createReferenceEngine, trialBatch, trialRecord } from '@collapsar/trial'
import type { TrialRecord, TrialSpec } from '@collapsar/trial'
import { expect, it } from 'vitest'
import { trialSpec } from '../../../test/support/blocks.ts'
import { replayTrial, wireReplay } from './replay.ts'

const never = new AbortController().signal
const engine = createReferenceEngine()

function specOf(steps: number, changes: Partial<TrialSpec> = {}): TrialSpec {
  const spec = { ...trialSpec(5), numerics: 'ieee-f64/1' as const, ...changes }
  return { ...spec, problem: { ...spec.problem, points: 4 }, training: { ...spec.training, stopAtDeath: false, steps } }
}

async function recordOf(spec: TrialSpec): Promise<TrialRecord> {
  const batch = trialBatch(spec, [3])
  return trialRecord(batch, await engine.train(batch, never), spec.problem.domain, 0)
}

const replay = (spec: TrialSpec, recorded: TrialRecord | null) => wireReplay(engine, { cell: 'c', spec, trial: 3, recorded }, never)

it('thins a trace of more than 10,000 updates evenly, and keeps its ends', async () => {
  const [long, short] = [await replay(specOf(25_000), null), await replay(specOf(10_000), null)]
  // ceil(25000 / 10000) = 3: updates 0, 3, ..., 24999, and 25000.
  expect([long.traceStride, long.lossTrace.length]).toEqual([3, 8335])
  expect([short.traceStride, short.lossTrace.length]).toEqual([1, 10_001])
  // The shorter training is the beginning of the longer one.
  expect(long.lossTrace.slice(0, 3334)).toEqual(short.lossTrace.filter((_, update) => update % 3 === 0))
  // The record holds the last loss in binary32.
  expect(Math.fround(long.lossTrace.at(-1)!)).toBe(long.loss)
})

it('shows no parameters of a network that has more than may be shown', async () => {
  // 2 affine layers of width 4: 4 weights and 4 biases, 4 weights and 1 bias.
  const request = { cell: 'c', spec: specOf(0, { depth: 2, width: 4 }), trial: 3 }
  const [few, many] = [await replayTrial(engine, { ...request, maximumParameters: 13 }, never), await replayTrial(engine, { ...request, maximumParameters: 12 }, never)]
  expect(few.final?.flat(3)).toHaveLength(13)
  expect(many).toEqual({ ...few, initial: null, final: null })
})

it('compares bit for bit with the record', async () => {
  const record = await recordOf(specOf(10))
  expect((await replay(specOf(10), record)).recorded).toEqual({ found: true, equal: true })
  expect((await replay(specOf(10), { ...record, checksum: record.checksum ^ 1 })).recorded).toEqual({ found: true, equal: false })
  expect((await replay(specOf(10), null)).recorded).toEqual({ found: false, equal: null })
})
