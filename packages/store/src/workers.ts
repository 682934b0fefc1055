import type { EngineKind } from '@collapsar/sweep'
import type { Queries } from './connection.ts'
import type { LiveWorker, WorkerRecord } from './store.ts'

/** Notes that the worker lives, by the database's clock: the clocks of workers may differ. */
export async function heartbeat(queries: Queries, worker: WorkerRecord, flopsPerSecond: number | null): Promise<void> {
  await queries.query(
    `INSERT INTO workers (id, engine, threads, flops_per_second, last_seen) VALUES ($1, $2, $3, $4, clock_timestamp())
     ON CONFLICT (id) DO UPDATE SET engine = excluded.engine, threads = excluded.threads,
       flops_per_second = excluded.flops_per_second, last_seen = excluded.last_seen`,
    [worker.id, worker.engine, worker.threads, flopsPerSecond],
  )
}

/** Workers seen in the last `seconds`, by id. */
export async function liveWorkers(queries: Queries, seconds: number): Promise<readonly LiveWorker[]> {
  const { rows } = await queries.query<{
    readonly id: string
    readonly engine: EngineKind
    readonly threads: number
    readonly flopsPerSecond: number | null
    readonly lastSeen: Date
  }>(
    `SELECT id, engine, threads, flops_per_second AS "flopsPerSecond", last_seen AS "lastSeen" FROM workers
     WHERE last_seen > clock_timestamp() - make_interval(secs => $1) ORDER BY id`,
    [seconds],
  )
  return rows
}

/** A worker says goodbye: it is forgotten, unless blocks name it. Unknown ones are nobody. */
export async function retire(queries: Queries, workerId: string): Promise<void> {
  await queries.query(
    `UPDATE workers SET last_seen = '-infinity', state = CASE state WHEN 'quarantined' THEN state ELSE 'gone' END WHERE id = $1`,
    [workerId],
  )
}
