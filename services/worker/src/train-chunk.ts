import { BLOCK_TRIALS, observedSteps } from '@collapsar/sweep'
import type { ChunkWork, EncodedBlock, EncodedMeasurement, SetVersion } from '@collapsar/sweep'
import { engineBatch, joinedColumns, networkShape, parameterCount, trainingPoints } from '@collapsar/trial'
import type { Engine, InitialLaw, Parameters, RecordColumns, TrainingPoints, TrialBatch, TrialSpec } from '@collapsar/trial'
import { partsOf } from './measured.ts'
import type { EncodedTrials, MeasuredTrials, ObservedState } from './measured.ts'
import type { Measuring } from './measuring.ts'

/**
 * What a batch leaves in memory at once, about 64 MB of binary32 parameters and 20 MB of facts: bounds the memory of a chunk
 * of any size and of networks of any. Networks that are observed on the way count once for every state.
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
 * Trains and measures every trial of a chunk, with the sets of the work. Blocks are whole; how they are cut into batches
 * changes no bit.
 * @throws the signal's reason when aborted, whatever the engine throws otherwise.
 */
export async function trainChunk(trainer: Trainer, work: ChunkWork, signal: AbortSignal): Promise<EncodedTrials> {
  const { chunk, spec, sets } = work
  const points = trainingPoints(spec.problem, spec.seed)
  const steps = observedSteps(spec, sets.map(({ name }) => name))
  const states = 1 + steps.length
  const perBatch = Math.max(1, Math.floor(Math.min(BATCH_TRIALS, BATCH_PARAMETERS / parametersOf(spec)) / states))
  const perRound = Math.max(1, Math.floor(perBatch / BLOCK_TRIALS))
  const end = chunk.firstBlock + chunk.blocks
  const encoded: { blocks: EncodedBlock[]; measurements: EncodedMeasurement[] } = { blocks: [], measurements: [] }
  for (let block = chunk.firstBlock; block < end; block += perRound) {
    const [first, last] = [block, Math.min(end, block + perRound)].map((edge) => edge * BLOCK_TRIALS) as [number, number]
    const batches: MeasuredTrials[] = []
    for (let trial = first; trial < last; trial += perBatch) {
      const trials = consecutive(trial, Math.min(perBatch, last - trial))
      batches.push(...(await trainTrials(trainer, { spec, points, trials, sets, steps }, signal)))
    }
    const packed = await trainer.measuring.encode({ spec, firstBlock: block, batches })
    encoded.blocks.push(...packed.blocks)
    encoded.measurements.push(...packed.measurements)
    signal.throwIfAborted()
  }
  return encoded
}

/** Filled in a loop: `from` calls back for each of what may be a hundred thousand. */
function consecutive(first: number, count: number): Float64Array {
  const trials = new Float64Array(count)
  for (let i = 0; i < count; i += 1) trials[i] = first + i
  return trials
}

function parametersOf(spec: TrialSpec): number {
  return parameterCount(networkShape(spec))
}

interface Trials {
  readonly spec: TrialSpec
  readonly points: TrainingPoints
  readonly trials: Float64Array
  readonly sets: readonly SetVersion[]
  /** Observed for one of the sets. */
  readonly steps: readonly number[]
}

async function trainTrials(
  { engine, measuring, onBatch }: Trainer,
  { spec, points, trials, sets, steps }: Trials,
  signal: AbortSignal,
): Promise<readonly MeasuredTrials[]> {
  const batch = await engineBatch(spec, trials, { points, signal })
  const supported = engine.supports(batch)
  if (supported !== true) throw new Error(`engine ${engine.id} cannot train this cell: ${supported}`)
  const trained = await engine.train(batch, signal)
  const observed: ObservedState[] = []
  for (const observedStep of steps) {
    observed.push({ steps: observedStep, trained: await engine.train(prefixOf(batch, observedStep), signal) })
  }
  // without the initial parameters, which nobody measures: they would be copied to the thread
  const all = { spec, batch: Object.assign({}, batch, { initial: null }), trained, sets, observed }
  const measured = await Promise.all(partsOf(all, measuring.parts).map((part) => measuring.measure(part)))
  signal.throwIfAborted()
  await onBatch(batch, joinedColumns(measured.map(({ records }) => records)))
  return measured
}

/**
 * The beginning of the same training: `steps` enters no draw and no update, so the state after so many updates is that of
 * the longer training. Trials end before as they do there: checks of death and convergence come every 32 updates in both, and
 * a network that is not finite at the last step of the prefix is so at the next check of the longer one. Only the earlier loss,
 * which is defined from the last step, is another.
 */
function prefixOf(batch: TrialBatch<Parameters | InitialLaw>, steps: number): TrialBatch<Parameters | InitialLaw> {
  return { ...batch, training: { ...batch.training, steps } }
}
