import { BLOCK_TRIALS } from '@collapsar/sweep'
import type { ChunkWork, EncodedBlock } from '@collapsar/sweep'
import { engineBatch, networkShape, parameterCount, trainingPoints } from '@collapsar/trial'
import type { Engine, InitialLaw, Parameters, RecordColumns, TrainingPoints, TrialBatch, TrialSpec } from '@collapsar/trial'
import type { Measuring } from './measuring.ts'

/**
 * What a batch leaves in memory at once, about 64 MB of binary32 parameters and 20 MB of facts: bounds the memory of a chunk
 * of any size and of networks of any.
 */
const BATCH_PARAMETERS = 16e6
const BATCH_TRIALS = 200_000

export interface Trainer {
  readonly engine: Engine
  readonly measuring: Measuring
  /** Called with each batch once it is measured (the audit of deaths). */
  readonly onBatch: (batch: TrialBatch<Parameters | InitialLaw>, columns: RecordColumns) => Promise<void>
}

/**
 * Trains and measures every trial of a chunk. Blocks are whole; how they are cut into batches changes no bit.
 * @throws the signal's reason when aborted, whatever the engine throws otherwise.
 */
export async function trainChunk(trainer: Trainer, work: ChunkWork, signal: AbortSignal): Promise<EncodedBlock[]> {
  const { chunk, spec } = work
  const points = trainingPoints(spec.problem, spec.seed)
  const perBatch = Math.max(1, Math.min(BATCH_TRIALS, Math.floor(BATCH_PARAMETERS / parametersOf(spec))))
  const perRound = Math.max(1, Math.floor(perBatch / BLOCK_TRIALS))
  const end = chunk.firstBlock + chunk.blocks
  const encoded: EncodedBlock[] = []
  for (let block = chunk.firstBlock; block < end; block += perRound) {
    const [first, last] = [block, Math.min(end, block + perRound)].map((edge) => edge * BLOCK_TRIALS) as [number, number]
    const columns: RecordColumns[] = []
    for (let trial = first; trial < last; trial += perBatch) {
      const trials = Float64Array.from({ length: Math.min(perBatch, last - trial) }, (_, index) => trial + index)
      columns.push(await trainTrials(trainer, { spec, points, trials }, signal))
    }
    for (const packed of await trainer.measuring.encode(block, columns)) encoded.push(packed)
    signal.throwIfAborted()
  }
  return encoded
}

function parametersOf(spec: TrialSpec): number {
  return parameterCount(networkShape(spec))
}

interface Trials {
  readonly spec: TrialSpec
  readonly points: TrainingPoints
  readonly trials: Float64Array
}

async function trainTrials(
  { engine, measuring, onBatch }: Trainer,
  { spec, points, trials }: Trials,
  signal: AbortSignal,
): Promise<RecordColumns> {
  const batch = await engineBatch(spec, trials, { points, signal })
  const supported = engine.supports(batch)
  if (supported !== true) throw new Error(`engine ${engine.id} cannot train this cell: ${supported}`)
  const trained = await engine.train(batch, signal)
  // without the initial parameters, which nobody measures: they would be copied to the thread
  const columns = await measuring.measure(Object.assign({}, batch, { initial: null }), trained, spec.problem.domain)
  signal.throwIfAborted()
  await onBatch(batch, columns)
  return columns
}
