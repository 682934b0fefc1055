import type { EncodedBlock, EngineKind, EngineVersion } from '@collapsar/sweep'
import type { Queries } from './connection.ts'

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

/** Makes a worker known that had no database, as one that is gone: its blocks are recorded under its name. A known one stays as it is. */
export async function introduceWorker(queries: Queries, { engine, worker }: Pick<ImportedBlocks, 'engine' | 'worker'>): Promise<void> {
  await queries.query(
    `INSERT INTO workers (id, engine, threads, state, last_seen, version, device) VALUES ($1, $2, 1, 'gone', '-infinity', $3, 'offline')
     ON CONFLICT (id) DO NOTHING`,
    [worker, KINDS[engine.id] ?? 'cpu', engine.version],
  )
}
