import type pg from 'pg'
import { claimAudit, failAudit } from './audit-claims.ts'
import type { AuditStore, AuditVote } from './audit-store.ts'
import { castVote, noteConflict } from './audit-votes.ts'
import { poolQueries, transaction } from './connection.ts'
import { DigestConflict } from './digest-conflict.ts'
import { readAudits, readWithdrawals } from './read-audits.ts'
import { withdraw } from './withdraw.ts'

/** The part of a store that audits. */
export function auditMethods(pool: pg.Pool): AuditStore {
  const queries = poolQueries(pool)
  return {
    setAuditShare: async (share) => {
      await queries.query('UPDATE audit_rule SET share = $1 WHERE share <> $1', [share])
    },
    claimAudit: (worker, numerics) => transaction(pool, (client) => claimAudit(client, worker, numerics)),
    vote: (audit, vote) => transaction(pool, (client) => castVote(client, audit, vote)),
    failAudit: (audit, reason) => failAudit(queries, audit, reason),
    withdraw: () => withdraw(pool),
    audits: (limit) => readAudits(queries, limit),
    withdrawals: (limit) => readWithdrawals(queries, limit),
  }
}

/**
 * Records, and keeps a digest that contradicts the recorded one as evidence: the recording is rolled back and rejects as
 * before, and an audit of the block is open after it.
 * @param voter who recorded; null when it is not known
 */
export async function withEvidence<T>(pool: pg.Pool, voter: Omit<AuditVote, 'digest'> | null, record: () => Promise<T>): Promise<T> {
  try {
    return await record()
  } catch (error) {
    if (error instanceof DigestConflict) await transaction(pool, (client) => noteConflict(client, error, voter))
    throw error
  }
}
