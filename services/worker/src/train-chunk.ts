import { setImmediate as yieldToEvents } from 'node:timers/promises'
import { BLOCK_TRIALS, encodeBlock } from '@collapsar/sweep'
import type { ChunkWork, EncodedBlock } from '@collapsar/sweep'
import { networkShape, parameterCount, trainingPoints, trialBatch, trialRecorder } from '@collapsar/trial'
import type { Engine, TrialBatch, TrialRecord, TrialSpec } from '@collapsar/trial'

/** Parameters held at once by a batch, about 64 MB of binary32: bounds the memory of a chunk of any size. */
const BATCH_PARAMETERS = 16e6
/** Parameters drawn, and milliseconds spent measuring, before the event loop gets its turn. */
const SLICE_PARAMETERS = 250_000
const SLICE_MS = 10

/**
 * Trains and measures every trial of a chunk. Blocks are whole; how they are cut into batches changes no bit.
 * @param onBatch called with each trained batch before it is measured (the audit of deaths).
 * @throws the signal's reason when aborted, whatever the engine throws otherwise.
 */
export async function trainChunk(
  engine: Engine,
  work: ChunkWork,
  signal: AbortSignal,
  onBatch: BatchObserver = () => Promise.resolve(),
): Promise<EncodedBlock[]> {
  const { chunk, spec } = work
  const blocksPerBatch = Math.max(1, Math.floor(BATCH_PARAMETERS / (BLOCK_TRIALS * parametersOf(spec))))
  const encoded: EncodedBlock[] = []
  const end = chunk.firstBlock + chunk.blocks
  for (let first = chunk.firstBlock; first < end; first += blocksPerBatch) {
    const count = Math.min(blocksPerBatch, end - first)
    const records = await trainTrials(engine, spec, trialsOf(first, count), signal, onBatch)
    for (let block = 0; block < count; block += 1) {
      const own = records.slice(block * BLOCK_TRIALS, (block + 1) * BLOCK_TRIALS)
      encoded.push(encodeBlock(first + block, own))
    }
  }
  return encoded
}

export type BatchObserver = (batch: TrialBatch, records: readonly TrialRecord[]) => Promise<void>

function parametersOf(spec: TrialSpec): number {
  return parameterCount(networkShape(spec).sizes)
}

function trialsOf(firstBlock: number, blocks: number): Float64Array {
  return Float64Array.from({ length: blocks * BLOCK_TRIALS }, (_, index) => firstBlock * BLOCK_TRIALS + index)
}

async function trainTrials(
  engine: Engine,
  spec: TrialSpec,
  trials: Float64Array,
  signal: AbortSignal,
  onBatch: BatchObserver,
): Promise<TrialRecord[]> {
  const batch = await drawBatch(spec, trials, signal)
  const supported = engine.supports(batch)
  if (supported !== true) throw new Error(`engine ${engine.id} cannot train this cell: ${supported}`)
  const trained = await engine.train(batch, signal)
  const records: TrialRecord[] = []
  const recordOf = trialRecorder(batch, trained, spec.problem.domain)
  let sliceStart = performance.now()
  for (let trial = 0; trial < trials.length; trial += 1) {
    records.push(recordOf(trial))
    if (performance.now() - sliceStart > SLICE_MS) {
      await yieldToEvents()
      signal.throwIfAborted()
      sliceStart = performance.now()
    }
  }
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
