import { observedWorkFactor, wireReplay } from '@collapsar/sweep'
import type { ChunkWork, EngineVersion, ReplayRequest, WireReplay } from '@collapsar/sweep'
import type { Engine, Numerics, TrialRecord } from '@collapsar/trial'
import { auditDeaths } from './death-audit.ts'
import type { AuditFailure } from './death-audit.ts'
import type { EncodedTrials } from './measured.ts'
import { startMeasuring } from './measuring.ts'
import { trainChunk } from './train-chunk.ts'

/** What training a chunk gives: what the store records of it, and what was noticed on the way. */
export interface TrainedChunk extends EncodedTrials {
  /** Wall time of the training, less the share of what is observed beside it, which differs from chunk to chunk of one cell. */
  readonly seconds: number
  /** Certified deaths that the rest of the training contradicted. */
  readonly contradictions: readonly AuditFailure[]
}

/** A trial to be trained again, and its record where there is one. */
export interface ReplayOrder extends Pick<ReplayRequest, 'cell' | 'spec' | 'trial'> {
  readonly recorded: TrialRecord | null
}

export interface TrainingEngine extends EngineVersion {
  readonly numerics: readonly Numerics[]
  /** The device it runs on; null: the machine's processor. */
  readonly device: string | null
}

/**
 * Trains, measures and packs chunks, in this process or in one of its own. Chunks may be trained at once; none changes a bit
 * of another.
 */
export interface Training {
  readonly engine: TrainingEngine
  /**
   * Rejects with the signal's reason when aborted; with a CollapsarError `engine-unavailable` when nothing can be trained here
   * any more; with any other error when the chunk itself failed.
   */
  train(work: ChunkWork, signal: AbortSignal): Promise<TrainedChunk>
  /** Trains one trial again, to be looked at. Rejects as `train` does. */
  replay(order: ReplayOrder, signal: AbortSignal): Promise<WireReplay>
  /** Ends at once; chunks in hand are lost. */
  close(): Promise<void>
}

/**
 * On the engine's own threads or device, in this process: a crash of the engine ends the process. The engine stays open.
 * @param measuringThreads as of `startMeasuring`
 */
export function trainHere(engine: Engine, { measuringThreads }: { readonly measuringThreads?: number | undefined } = {}): Training {
  const measuring = startMeasuring(measuringThreads)
  return {
    engine: { id: engine.id, version: engine.version, numerics: engine.numerics, device: engine.device ?? null },
    train: async (work, signal) => {
      const started = performance.now()
      const contradictions: AuditFailure[] = []
      const trained = await trainChunk(
        {
          engine,
          measuring,
          onBatch: async (batch, columns) => {
            const { failures } = await auditDeaths(engine, batch, columns, signal)
            contradictions.push(...failures)
          },
        },
        work,
        signal,
      )
      const factor = observedWorkFactor(work.spec, work.sets.map(({ name }) => name))
      return { ...trained, seconds: (performance.now() - started) / 1000 / factor, contradictions }
    },
    replay: (order, signal) => wireReplay(engine, order, signal),
    close: () => measuring.close(),
  }
}
