import { setImmediate as yieldToEvents } from 'node:timers/promises'
import { BLOCK_TRIALS, encodeBlock } from '@collapsar/sweep'
import type { ChunkWork, EncodedBlock } from '@collapsar/sweep'
import { networkShape, parameterCount, trainingPoints, trialBatch } from '@collapsar/trial'
import type { Engine, TrialBatch, TrialRecord, TrialSpec } from '@collapsar/trial'
import type { Measuring } from './measuring.ts'

/** Parameters held at once by a batch, about 64 MB of binary32: bounds the memory of a chunk of any size and of networks of any. */
const BATCH_PARAMETERS = 16e6
/** Parameters drawn before the event loop gets its turn, about 15 ms. */
const SLICE_PARAMETERS = 250_000

export interface Trainer {
  readonly engine: Engine
  readonly measuring: Measuring
  /** Called with each batch once it is measured (the audit of deaths). */
  readonly onBatch: (batch: TrialBatch, records: readonly TrialRecord[]) => Promise<void>
}

/**
 * Trains and measures every trial of a chunk. Blocks are whole; how they are cut into batches changes no bit.
 * @throws the signal's reason when aborted, whatever the engine throws otherwise.
 */
export async function trainChunk(trainer: Trainer, work: ChunkWork, signal: AbortSignal): Promise<EncodedBlock[]> {
  const { chunk, spec } = work
  const perBatch = Math.max(1, Math.floor(BATCH_PARAMETERS / parametersOf(spec)))
  const end = (chunk.firstBlock + chunk.blocks) * BLOCK_TRIALS
  const encoded: EncodedBlock[] = []
  let records: TrialRecord[] = []
  for (let first = chunk.firstBlock * BLOCK_TRIALS; first < end; first += perBatch) {
    const trials = Float64Array.from({ length: Math.min(perBatch, end - first) }, (_, index) => first + index)
    records = records.concat(await trainTrials(trainer, spec, trials, signal))
    const whole = Math.floor(records.length / BLOCK_TRIALS)
    for (let block = 0; block < whole; block += 1) {
      const own = records.slice(block * BLOCK_TRIALS, (block + 1) * BLOCK_TRIALS)
      encoded.push(encodeBlock(chunk.firstBlock + encoded.length, own))
      // Packing a block takes a fraction of a millisecond; a chunk may have hundreds.
      await yieldToEvents()
    }
    records = records.slice(whole * BLOCK_TRIALS)
  }
  return encoded
}

function parametersOf(spec: TrialSpec): number {
  return parameterCount(networkShape(spec))
}

async function trainTrials(
  { engine, measuring, onBatch }: Trainer,
  spec: TrialSpec,
  trials: Float64Array,
  signal: AbortSignal,
): Promise<readonly TrialRecord[]> {
  const batch = await drawBatch(spec, trials, signal)
  const supported = engine.supports(batch)
  if (supported !== true) throw new Error(`engine ${engine.id} cannot train this cell: ${supported}`)
  const trained = await engine.train(batch, signal)
  const records = await measuring.records(batch, trained, spec.problem.domain)
  signal.throwIfAborted()
  await onBatch(batch, records)
  return records
}

/** Draws the initial parameters slice by slice: drawing them all at once would block the event loop and lose the lock. */
async function drawBatch(spec: TrialSpec, trials: Float64Array, signal: AbortSignal): Promise<TrialBatch> {
  const points = trainingPoints(spec.problem, spec.seed)
  const parameters = parametersOf(spec)
  const slice = Math.max(1, Math.floor(SLICE_PARAMETERS / parameters))
  const first = trialBatch(spec, trials.subarray(0, slice), { points })
  if (trials.length <= slice) return first
  const initial =
    first.initial instanceof Float64Array
      ? new Float64Array(trials.length * parameters)
      : new Float32Array(trials.length * parameters)
  initial.set(first.initial)
  for (let start = slice; start < trials.length; start += slice) {
    await yieldToEvents()
    signal.throwIfAborted()
    const part = trialBatch(spec, trials.subarray(start, start + slice), { points })
    initial.set(part.initial, start * parameters)
  }
  return { ...first, trials, initial }
}
