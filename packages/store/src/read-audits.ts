import type { AuditRecord, WithdrawalRecord } from './audit-store.ts'
import type { Queries } from './connection.ts'

/** Newest first. */
export async function readAudits(queries: Queries, limit: number): Promise<readonly AuditRecord[]> {
  const { rows } = await queries.query<AuditRecord>(
    `SELECT audits.id, cells.id AS cell, index AS block, cause, audits.state, author.id AS author, encode(digest, 'hex') AS digest,
       encode(agreed, 'hex') AS agreed, audits.reason, opened_at AS "openedAt", decided_at AS "decidedAt", coalesce((
         SELECT json_agg(json_build_object('worker', voter.id, 'arbitration', vote.arbiter, 'digest', encode(vote.digest, 'hex'),
           'engine', vote.engine) ORDER BY vote.cast_at, vote.worker)
         FROM audit_votes vote JOIN workers voter ON voter.key = vote.worker WHERE vote.audit = audits.id
       ), '[]') AS votes
     FROM audits JOIN cells ON cells.key = audits.cell LEFT JOIN workers author ON author.key = audits.author
     ORDER BY audits.id DESC LIMIT $1`,
    [limit],
  )
  return rows
}

/** Newest first. */
export async function readWithdrawals(queries: Queries, limit: number): Promise<readonly WithdrawalRecord[]> {
  const { rows } = await queries.query<WithdrawalRecord>(
    `SELECT withdrawals.id, workers.id AS worker, audit, withdrawals.reason, blocks, cells, opened_at AS "openedAt", finished_at AS "finishedAt"
     FROM withdrawals LEFT JOIN workers ON workers.key = withdrawals.worker ORDER BY withdrawals.id DESC LIMIT $1`,
    [limit],
  )
  return rows
}
