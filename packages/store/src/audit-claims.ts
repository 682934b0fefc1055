import type { Numerics } from '@collapsar/trial'
import type { AuditorAbilities, AuditWork } from './audit-store.ts'
import type { Queries } from './connection.ts'
import { MAXIMUM_ATTEMPTS } from './store.ts'
import { samePlace } from './worker-places.ts'

/** How long an auditor has a block for itself. One that takes longer is trained by two, to the same digest. */
const LEASE_SECONDS = 600
/** A worker that was seen so recently may still come for an audit. */
const LIVE_SECONDS = 30

/** The oldest audit that this worker may carry out; null for none. */
export async function claimAudit(
  client: Queries,
  worker: string,
  { numerics, arbitrates }: AuditorAbilities,
): Promise<AuditWork | null> {
  const work = await claim(client, { worker, numerics, arbitration: false })
  return work === null && arbitrates ? claim(client, { worker, numerics, arbitration: true }) : work
}

interface Claim {
  readonly worker: string
  readonly numerics: readonly Numerics[]
  readonly arbitration: boolean
}

/** What a worker says was said by its whole place: two voices of one place may have one fault. */
const hasSpoken = (who: string) => `EXISTS (
    SELECT FROM audit_votes vote JOIN workers voter ON voter.key = vote.worker
    WHERE vote.audit = audit.id AND NOT vote.arbiter AND (voter.key = ${who}.key OR ${samePlace('voter', who)}))`

/** Two differ, none has arbitrated, and nobody lives who has not said anything yet. Where the block was recorded nobody is a judge of it. */
const MAY_ARBITRATE = `
  NOT EXISTS (SELECT FROM workers author WHERE author.key = audit.author AND (author.key = me.key OR ${samePlace('author', 'me')}))
  AND EXISTS (SELECT FROM audit_votes vote WHERE vote.audit = audit.id AND vote.worker = me.key)
  AND NOT EXISTS (SELECT FROM audit_votes vote WHERE vote.audit = audit.id AND vote.arbiter)
  AND NOT EXISTS (SELECT FROM workers other WHERE other.state = 'active'
    AND other.last_seen > clock_timestamp() - make_interval(secs => ${LIVE_SECONDS})
    AND NOT ${hasSpoken('other')})`

async function claim(client: Queries, { worker, numerics, arbitration }: Claim): Promise<AuditWork | null> {
  const { rows } = await client.query<AuditWork>(
    `WITH chosen AS (
       SELECT audit.id, me.key FROM audits audit JOIN cells ON cells.key = audit.cell, workers me
       WHERE me.id = $1 AND me.state <> 'quarantined' AND audit.state = 'open'
         AND (audit.lease_until IS NULL OR audit.lease_until < clock_timestamp())
         AND cells.spec ->> 'numerics' = ANY ($2::text[]) AND ${arbitration ? MAY_ARBITRATE : `NOT ${hasSpoken('me')}`}
       ORDER BY audit.id LIMIT 1 FOR UPDATE OF audit SKIP LOCKED
     )
     UPDATE audits SET holder = chosen.key, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
     FROM chosen, cells WHERE audits.id = chosen.id AND cells.key = audits.cell
     RETURNING audits.id AS audit, cells.id AS cell, cells.spec, audits.index AS block, $3::boolean AS arbitration`,
    [worker, numerics, arbitration],
  )
  return rows[0] ?? null
}

/** An engine that throws is no evidence against anybody: the audit goes to another, or is given up. */
export async function failAudit(client: Queries, audit: number, reason: string): Promise<void> {
  await client.query(
    `UPDATE audits SET failures = failures + 1, reason = $2, holder = NULL, lease_until = NULL,
       state = CASE WHEN failures + 1 < $3 THEN 'open' ELSE 'given_up' END,
       decided_at = CASE WHEN failures + 1 < $3 THEN NULL ELSE now() END
     WHERE id = $1 AND state = 'open'`,
    [audit, reason, MAXIMUM_ATTEMPTS],
  )
}
