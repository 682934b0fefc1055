import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { EngineKind, EngineVersion } from '@collapsar/sweep'
import type { BlockTrainer } from '@collapsar/worker'
import type { Logger } from 'pino'

/** Trains blocks on this machine alone: no database, no queue, no network. */
export interface OfflineTrainer extends Pick<BlockTrainer, 'train' | 'close'> {
  readonly engine: EngineVersion
  /** A name of its own, under which its blocks are recorded and audited later. */
  readonly worker: string
}

/** @throws CollapsarError `engine-unavailable` */
export async function openOfflineTrainer(
  options: { readonly engine: EngineKind; readonly threads: number },
  log: Logger,
): Promise<OfflineTrainer> {
  const { createBlockTrainer, openEngine } = await import('@collapsar/worker')
  const engine = openEngine(options.engine, { threads: options.threads })
  const trainer = createBlockTrainer(engine, (failure) => log.error(failure, 'audit contradicted a certified death'))
  return {
    engine: { id: engine.id, version: engine.version },
    worker: `offline-${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 60)}-${process.pid}-${randomBytes(3).toString('hex')}`,
    train: (blocks, signal) => trainer.train(blocks, signal),
    close: async () => {
      await trainer.close()
      await engine.close()
    },
  }
}
