import type { EncodedBlock, EngineKind, EngineVersion } from '@collapsar/sweep'
import type { Queries } from './connection.ts'
import { recordBlocks } from './record-blocks.ts'
import type { Recorded } from './record-blocks.ts'

/** Blocks of one cell that were trained where no database was. */
export interface ImportedBlocks {
  /** The cell's id. */
  readonly cell: string
  readonly blocks: readonly EncodedBlock[]
  readonly engine: EngineVersion
  /** The name that whoever trained them gave itself; its blocks are audited under it. */
  readonly worker: string
}

/** Kinds of engines by their ids; any other is a processor's. */
const KINDS: Readonly<Record<string, EngineKind>> = { cuda: 'cuda', webgpu: 'webgpu', tfjs: 'tfjs' }

/** Records them like a worker's, which is made known for it, as one that is gone. Throws as `recordBlocks` does. */
export async function importBlocks(client: Queries, { cell, blocks, engine, worker }: ImportedBlocks): Promise<Recorded> {
  await client.query(
    `INSERT INTO workers (id, engine, threads, state, last_seen, version, device) VALUES ($1, $2, 1, 'gone', '-infinity', $3, 'offline')
     ON CONFLICT (id) DO NOTHING`,
    [worker, KINDS[engine.id] ?? 'cpu', engine.version],
  )
  return recordBlocks(client, { cell, blocks, engine, worker, seconds: null })
}
