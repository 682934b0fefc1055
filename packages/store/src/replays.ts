import { randomBytes } from 'node:crypto'
import { CollapsarError } from '@collapsar/sweep'
import type { WireReplay } from '@collapsar/sweep'
import type { Numerics } from '@collapsar/trial'
import type { Queries } from './connection.ts'
import { MAXIMUM_PENDING_REPLAYS } from './replay-store.ts'
import type { ReplayRecord, ReplayStore, ReplayWork } from './replay-store.ts'
import { MAXIMUM_ATTEMPTS } from './store.ts'

/** How long a worker has a wish for itself; a trial that takes longer is trained by two, to the same bits. */
const LEASE_SECONDS = 600
const EXPIRED = `requested_at < now() - interval '1 day'`
const ABANDONED = `failures >= ${MAXIMUM_ATTEMPTS} AND lease_until < clock_timestamp()`
const NOBODY_CAME = 'no worker carried it out within a day'
const NOBODY_LIVED = 'each worker that tried it ended over it'

/** The part of a store that keeps wishes for replays. Each method is one statement, or two that may be parted. */
export function replayMethods(queries: Queries): ReplayStore {
  return {
    requestReplay: async (cell, trial) => {
      await forgetOld(queries)
      return requestReplay(queries, cell, trial)
    },
    replay: (id) => readReplay(queries, id),
    claimReplay: (numerics) => claimReplay(queries, numerics),
    finishReplay: (id, result) => finishReplay(queries, id, result),
    failReplay: (id, reason) => failReplay(queries, id, reason),
  }
}

async function forgetOld(queries: Queries): Promise<void> {
  await queries.query(`DELETE FROM replays WHERE finished_at < now() - interval '7 days'`)
  await queries.query(
    `UPDATE replays SET state = 'failed', finished_at = now(), reason = CASE WHEN ${EXPIRED} THEN $1 ELSE $2 END
     WHERE state = 'pending' AND (${EXPIRED} OR ${ABANDONED})`,
    [NOBODY_CAME, NOBODY_LIVED],
  )
}

async function requestReplay(queries: Queries, cell: string, trial: number): Promise<ReplayRecord> {
  // The unique index lets one of two equal requests in; the update that changes nothing lets the other see it.
  const { rows } = await queries.query<{ id: string }>(
    `INSERT INTO replays AS wish (id, cell, trial)
     SELECT $1, key, $3 FROM cells WHERE cells.id = $2
       AND ((SELECT count(*) FROM replays WHERE state = 'pending') < $4
         OR EXISTS (SELECT FROM replays WHERE replays.cell = cells.key AND trial = $3 AND state = 'pending'))
     ON CONFLICT (cell, trial) WHERE state = 'pending' DO UPDATE SET state = wish.state RETURNING id`,
    [`rp-${randomBytes(8).toString('hex')}`, cell, trial, MAXIMUM_PENDING_REPLAYS],
  )
  const wish = rows[0] === undefined ? null : await readReplay(queries, rows[0].id)
  return wish ?? refuse(queries, cell)
}

async function refuse(queries: Queries, cell: string): Promise<never> {
  const { rows } = await queries.query('SELECT FROM cells WHERE id = $1', [cell])
  if (rows.length === 0) throw new CollapsarError('not-found', `There is no cell "${cell}".`)
  throw new CollapsarError('conflict', `${MAXIMUM_PENDING_REPLAYS} replays wait already, which is the limit; ask again when some are done.`)
}

/** A wish that has expired and is not marked so yet has failed all the same. */
async function readReplay(queries: Queries, id: string): Promise<ReplayRecord | null> {
  const { rows } = await queries.query<ReplayRecord & { expired: boolean; abandoned: boolean | null }>(
    `SELECT replays.id, cells.id AS cell, trial, state, requested_at AS "requestedAt", finished_at AS "finishedAt", reason, result,
       state = 'pending' AND ${EXPIRED} AS expired, state = 'pending' AND ${ABANDONED} AS abandoned
     FROM replays JOIN cells ON cells.key = replays.cell WHERE replays.id = $1`,
    [id],
  )
  const row = rows[0]
  if (row === undefined) return null
  const { expired, abandoned, ...replay } = row
  if (expired || abandoned === true) return { ...replay, state: 'failed', reason: expired ? NOBODY_CAME : NOBODY_LIVED }
  return { ...replay, reason: replay.state === 'failed' ? replay.reason : null }
}

/** A claim counts as a failure until it is carried out: a trial that ends its worker each time must not end one after the other. */
async function claimReplay(queries: Queries, numerics: readonly Numerics[]): Promise<ReplayWork | null> {
  const { rows } = await queries.query<ReplayWork>(
    `WITH chosen AS (
       SELECT replays.id FROM replays JOIN cells ON cells.key = replays.cell
       WHERE state = 'pending' AND NOT (${EXPIRED}) AND (lease_until IS NULL OR lease_until < clock_timestamp()) AND failures < $2
         AND cells.spec ->> 'numerics' = ANY ($1::text[])
       ORDER BY requested_at LIMIT 1 FOR UPDATE OF replays SKIP LOCKED
     )
     UPDATE replays SET failures = failures + 1, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
     FROM chosen, cells WHERE replays.id = chosen.id AND cells.key = replays.cell
     RETURNING replays.id, cells.id AS cell, cells.spec, replays.trial`,
    [numerics, MAXIMUM_ATTEMPTS],
  )
  return rows[0] ?? null
}

async function finishReplay(queries: Queries, id: string, result: WireReplay): Promise<void> {
  await queries.query(`UPDATE replays SET state = 'done', result = $2, finished_at = now() WHERE id = $1 AND state = 'pending'`, [
    id,
    JSON.stringify(result),
  ])
}

async function failReplay(queries: Queries, id: string, reason: string): Promise<void> {
  await queries.query(
    `UPDATE replays SET reason = $2, lease_until = NULL,
       state = CASE WHEN failures < $3 THEN 'pending' ELSE 'failed' END,
       finished_at = CASE WHEN failures < $3 THEN NULL ELSE now() END
     WHERE id = $1 AND state = 'pending'`,
    [id, reason, MAXIMUM_ATTEMPTS],
  )
}
