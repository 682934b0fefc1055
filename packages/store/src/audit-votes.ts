import type { AuditStore, AuditVote } from './audit-store.ts'
import type { Queries } from './connection.ts'
import type { DigestConflict } from './digest-conflict.ts'
import { samePlace } from './worker-places.ts'

type Verdict = Awaited<ReturnType<AuditStore['vote']>>

interface LockedAudit {
  readonly id: number
  readonly cell: number
  readonly index: number
  readonly author: number | null
  readonly digest: Buffer
}

/** What somebody says; `worker` is null for a recorded block whose author is not known. */
interface Voice {
  readonly worker: number | null
  /** The key of its first voter; who agrees with his own place agrees with himself. null where nobody is known. */
  readonly place: number | null
  readonly arbiter: boolean
  readonly digest: Buffer
}

/** Adds a vote to an open audit and decides it when two agree. The recorder's own vote is there since it was opened. */
export async function castVote(client: Queries, id: number, vote: AuditVote): Promise<Verdict> {
  const audit = await lockAudit(client, id)
  if (audit === null || !(await insertVote(client, id, vote))) return 'late'
  const voices = await voicesOf(client, audit)
  const agreed = agreedDigest(voices)
  if (agreed === null) {
    await client.query('UPDATE audits SET holder = NULL, lease_until = NULL WHERE id = $1', [id])
    return 'disputed'
  }
  const dissenters = voices.filter(({ digest }) => !digest.equals(agreed))
  const state = dissenters.length === 0 ? 'match' : 'mismatch'
  await client.query('UPDATE audits SET state = $2, agreed = $3, decided_at = now() WHERE id = $1', [id, state, agreed])
  if (dissenters.length > 0) await distrust(client, audit, dissenters)
  return state
}

/** A recorded block came again with another digest: that is evidence, whichever of the two is wrong. */
export async function noteConflict(client: Queries, conflict: DigestConflict, vote: Omit<AuditVote, 'digest'> | null): Promise<void> {
  const { rows } = await client.query<{ id: number | null }>(
    `WITH target AS (SELECT key FROM cells WHERE id = $1), opened AS (SELECT open_audit(key, $2, 'conflict') AS id FROM target)
     SELECT coalesce(opened.id, (SELECT audits.id FROM audits JOIN target ON audits.cell = target.key WHERE index = $2 AND state = 'open')) AS id
     FROM opened`,
    [conflict.cell, conflict.block],
  )
  const audit = rows[0]?.id ?? null
  if (audit !== null && vote !== null) await castVote(client, audit, { ...vote, digest: conflict.digest })
}

async function lockAudit(client: Queries, id: number): Promise<LockedAudit | null> {
  const { rows } = await client.query<LockedAudit>(
    `SELECT id, cell, index, author, digest FROM audits WHERE id = $1 AND state = 'open' FOR UPDATE`,
    [id],
  )
  return rows[0] ?? null
}

/** @returns false for a voter that nobody believes any more, or that is not known */
async function insertVote(client: Queries, audit: number, { worker, arbitration, digest, engine }: AuditVote): Promise<boolean> {
  const { rows } = await client.query<{ key: number }>(`SELECT key FROM workers WHERE id = $1 AND state <> 'quarantined'`, [worker])
  const voter = rows[0]
  if (voter === undefined) return false
  await client.query(
    'INSERT INTO audit_votes (audit, worker, arbiter, digest, engine) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [audit, voter.key, arbitration, digest, engine],
  )
  return true
}

async function voicesOf(client: Queries, audit: LockedAudit): Promise<Voice[]> {
  const { rows } = await client.query<Voice>(
    `SELECT vote.worker, vote.arbiter, vote.digest,
       CASE workers.host WHEN '' THEN workers.key ELSE min(workers.key) OVER (PARTITION BY workers.host, workers.engine, workers.device) END AS place
     FROM audit_votes vote JOIN workers ON workers.key = vote.worker
     WHERE vote.audit = $1 AND (workers.state <> 'quarantined' OR workers.key = $2) ORDER BY vote.cast_at, vote.worker`,
    [audit.id, audit.author],
  )
  return audit.author === null ? [{ worker: null, place: null, arbiter: false, digest: audit.digest }, ...rows] : rows
}

/** The digest that two voices agree on, of two places or of a worker and its arbiter; null while there is none. */
function agreedDigest(voices: readonly Voice[]): Buffer | null {
  const agree = (one: Voice, other: Voice) => one.digest.equals(other.digest) && (one.place !== other.place || one.arbiter !== other.arbiter)
  return voices.find((voice) => voices.some((other) => agree(voice, other)))?.digest ?? null
}

/**
 * Quarantines the workers and who works in their places, after which no block of theirs is recorded, and begins what `withdraw` carries out. Their rows
 * are locked against those who are recording for them now: what these commit is there to be withdrawn.
 */
async function distrust(client: Queries, audit: LockedAudit, dissenters: readonly Voice[]): Promise<void> {
  const reason = `audit ${audit.id}: its digest of block ${audit.index} differs from that of two others`
  const workers = dissenters.flatMap(({ worker }) => worker ?? [])
  const { rows: neighbours } = await client.query<{ key: number; id: string }>(
    `SELECT one.key, convicted.id FROM workers one JOIN workers convicted ON convicted.key = ANY($1::int[]) AND ${samePlace('one', 'convicted')}
     WHERE one.state IN ('active', 'draining') AND one.key <> ALL($1::int[])`,
    [workers],
  )
  const keys = neighbours.map(({ key }) => key)
  await client.query('SELECT FROM workers WHERE key = ANY($1::int[]) ORDER BY key FOR UPDATE', [[...workers, ...keys]])
  await client.query(`UPDATE workers SET state = 'quarantined', reason = $2 WHERE key = ANY($1::int[]) AND state <> 'quarantined'`, [workers, reason])
  await client.query(`UPDATE workers SET state = 'quarantined', reason = $2 WHERE key = ANY($1::int[]) AND state <> 'quarantined'`, [
    keys,
    `its machine and device are those of the quarantined worker ${neighbours[0]?.id ?? ''}`,
  ])
  await client.query(
    `INSERT INTO withdrawals (worker, audit, reason) SELECT unnest($1::int[]), $2, $3 ON CONFLICT DO NOTHING`,
    [[...new Set(workers)], audit.id, reason],
  )
  if (dissenters.length === workers.length) return
  await client.query('INSERT INTO withdrawals (cell, index, audit, reason) VALUES ($1, $2, $3, $4)', [
    audit.cell,
    audit.index,
    audit.id,
    `audit ${audit.id}: two workers agree on another digest`,
  ])
}
