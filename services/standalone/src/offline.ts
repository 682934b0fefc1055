import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { ChunkWork, EncodedBlock, EngineVersion } from '@collapsar/sweep'
import type { EngineChoice } from '@collapsar/worker'
import type { Logger } from 'pino'

/** Consecutive blocks of one cell. */
export interface BlocksToTrain {
  readonly cell: string
  readonly spec: ChunkWork['spec']
  readonly first: number
  readonly count: number
}

/** Trains blocks on this machine alone, to the bytes that a worker records: no database, no queue, no network. */
export interface OfflineTrainer {
  readonly engine: EngineVersion
  /** A name of its own, under which its blocks are recorded and audited later. */
  readonly worker: string
  /** Rejects with the signal's reason when aborted, and with whatever the engine throws otherwise. */
  train(blocks: BlocksToTrain, signal: AbortSignal): Promise<readonly EncodedBlock[]>
  close(): Promise<void>
}

/** @throws CollapsarError `engine-unavailable` */
export async function openOfflineTrainer(choice: EngineChoice, log: Logger): Promise<OfflineTrainer> {
  const { openEngine, trainHere } = await import('@collapsar/worker')
  const engine = await openEngine(choice)
  const training = trainHere(engine)
  return {
    engine: { id: engine.id, version: engine.version },
    worker: `offline-${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 60)}-${process.pid}-${randomBytes(3).toString('hex')}`,
    train: async ({ cell, spec, first, count }, signal) => {
      const chunk = { id: `offline-${first}`, cell, engine: choice.engine, firstBlock: first, blocks: count }
      const { blocks, contradictions } = await training.train({ chunk, spec, sets: [] }, signal)
      for (const contradiction of contradictions) log.error({ cell, ...contradiction }, 'audit contradicted a certified death')
      return blocks
    },
    close: async () => {
      await training.close()
      await engine.close()
    },
  }
}
