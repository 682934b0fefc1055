import { errorCode } from './connection.ts'
import type { Queries } from './connection.ts'
import { IS_DISTRUSTED } from './worker-places.ts'
import type { ListedWorker, LiveWorker, WorkerActivity, WorkerRecord, WorkerState } from './store.ts'

/** What a worker says each time. */
interface Report extends WorkerActivity {
  readonly flopsPerSecond: number | null
}

export const IDLE: WorkerActivity = { state: 'active', chunks: [] }

/**
 * Notes that the worker lives, by the database's clock: the clocks of workers may differ. A quarantine is nobody's to end who reports
 * himself: it holds for the worker, and for whoever else works in its place.
 */
export async function heartbeat(queries: Queries, worker: WorkerRecord, report: Report): Promise<WorkerState> {
  const { rows } = await queries.query<{ state: WorkerState }>(
    `WITH distrusted AS (
       SELECT min(id) AS id FROM workers WHERE ${IS_DISTRUSTED} AND host = $6 AND engine = $2 AND device = $5 AND id <> $1
     )
     INSERT INTO workers (id, engine, threads, version, device, host, pid, flops_per_second, state, chunks, last_seen, reason)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN id IS NULL THEN $9 ELSE 'quarantined' END, $10, clock_timestamp(),
       'its machine and device are those of the quarantined worker ' || id
     FROM distrusted
     ON CONFLICT (id) DO UPDATE SET engine = excluded.engine, threads = excluded.threads, version = excluded.version,
       device = excluded.device, host = excluded.host, pid = excluded.pid, flops_per_second = excluded.flops_per_second,
       state = CASE workers.state WHEN 'quarantined' THEN workers.state ELSE excluded.state END,
       reason = coalesce(workers.reason, excluded.reason), chunks = excluded.chunks, last_seen = excluded.last_seen
     RETURNING state`,
    [
      worker.id,
      worker.engine,
      worker.threads,
      worker.version ?? '',
      worker.device ?? '',
      worker.host ?? '',
      worker.pid ?? null,
      report.flopsPerSecond,
      report.state,
      report.chunks,
    ],
  )
  return rows[0]?.state ?? report.state
}

/** Workers that take chunks and were seen in the last `seconds`, by id. */
export async function liveWorkers(queries: Queries, seconds: number): Promise<readonly LiveWorker[]> {
  const { rows } = await queries.query<LiveWorker>(
    `SELECT id, engine, threads, flops_per_second AS "flopsPerSecond", last_seen AS "lastSeen" FROM workers
     WHERE last_seen > clock_timestamp() - make_interval(secs => $1) AND state = 'active' ORDER BY id`,
    [seconds],
  )
  return rows
}

/** Six heartbeats: what the planner too takes for the end of a worker. */
const SILENT_AFTER_SECONDS = 30

/** The workers seen last, those first that live. */
export async function listWorkers(queries: Queries, limit: number): Promise<readonly ListedWorker[]> {
  const { rows } = await queries.query<ListedWorker>(
    `SELECT id, engine, version, device, threads, host, pid, shown AS state, flops_per_second AS "flopsPerSecond", chunks,
       CASE state WHEN 'quarantined' THEN reason END AS reason, trusted_at AS "trustedAt", started_at AS "startedAt", last_seen AS "lastSeen"
     FROM (SELECT *, CASE WHEN state IN ('active', 'draining') AND last_seen < clock_timestamp() - make_interval(secs => $2)
         THEN 'silent' ELSE state END AS shown
       FROM workers ORDER BY last_seen DESC LIMIT $1) latest
     ORDER BY array_position(ARRAY['active', 'draining', 'silent', 'quarantined', 'gone'], shown), id`,
    [limit, SILENT_AFTER_SECONDS],
  )
  return rows
}

/** A worker says goodbye. Its row stays: blocks name it. Unknown ones are nobody. */
export async function retire(queries: Queries, workerId: string): Promise<void> {
  await queries.query(
    `UPDATE workers SET last_seen = clock_timestamp(), chunks = '{}',
       state = CASE state WHEN 'quarantined' THEN state ELSE 'gone' END WHERE id = $1`,
    [workerId],
  )
}

/** Rows looked at in one call. */
const FORGOTTEN_AT_ONCE = 100
/** SQLSTATEs (PostgreSQL, appendix A) of a row that others refer to: until version 17, and from 18 on where the reference restricts. */
const STILL_REFERRED_TO = ['23503', '23001']

/** Forgets silent workers that recorded nothing and were not convicted, one by one: another table may still refer to one of them. */
export async function forgetWorkers(queries: Queries, seconds: number): Promise<number> {
  const { rows } = await queries.query<{ id: string }>(
    `SELECT id FROM workers WHERE last_seen < clock_timestamp() - make_interval(secs => $1) 
       AND NOT EXISTS (SELECT FROM withdrawals WHERE withdrawals.worker = workers.key)
       AND NOT EXISTS (SELECT FROM blocks WHERE blocks.worker = workers.key) ORDER BY last_seen LIMIT $2`,
    [seconds, FORGOTTEN_AT_ONCE],
  )
  let forgotten = 0
  for (const { id } of rows) if (await forget(queries, id)) forgotten += 1
  return forgotten
}

async function forget(queries: Queries, id: string): Promise<boolean> {
  try {
    await queries.query('DELETE FROM workers WHERE id = $1', [id])
    return true
  } catch (error) {
    if (STILL_REFERRED_TO.includes(errorCode(error) ?? '')) return false
    throw error
  }
}
