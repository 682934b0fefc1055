import type { EncodedBlock } from '@collapsar/sweep'
import type { Engine, TrialSpec } from '@collapsar/trial'
import { auditDeaths } from './death-audit.ts'
import type { AuditFailure } from './death-audit.ts'
import { startMeasuring } from './measuring.ts'
import { trainChunk } from './train-chunk.ts'

/** Consecutive blocks of one cell. */
export interface BlocksToTrain {
  readonly cell: string
  readonly spec: TrialSpec
  readonly first: number
  readonly count: number
}

/** Trains blocks without a store and without a queue, to the bytes that a worker records. */
export interface BlockTrainer {
  /** @throws the signal's reason when aborted, whatever the engine throws otherwise */
  train(blocks: BlocksToTrain, signal: AbortSignal): Promise<readonly EncodedBlock[]>
  /** The engine stays open. */
  close(): Promise<void>
}

/** @param onFailure told of certified deaths that the rest of the training contradicted */
export function createBlockTrainer(engine: Engine, onFailure: (failure: AuditFailure & { readonly cell: string }) => void): BlockTrainer {
  const measuring = startMeasuring()
  return {
    train: async ({ cell, spec, first, count }, signal) => {
      const onBatch: Parameters<typeof trainChunk>[0]['onBatch'] = async (batch, columns) => {
        const { failures } = await auditDeaths(engine, batch, columns, signal)
        for (const failure of failures) onFailure({ cell, ...failure })
      }
      const chunk = { id: `offline-${first}`, cell, engine: 'cpu' as const, firstBlock: first, blocks: count }
      return (await trainChunk({ engine, measuring, onBatch }, { chunk, spec, sets: [] }, signal)).blocks
    },
    close: () => measuring.close(),
  }
}
