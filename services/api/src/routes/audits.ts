import { AUDIT_LIMIT, AuditList, AuditQuery } from '@collapsar/client'
import type { AuditRecord, Store, WithdrawalRecord } from '@collapsar/store'
import type { Api } from '../api.ts'

/** What was trained again to compare, and what was withdrawn because of it. */
export function auditRoutes(app: Api, store: Store): void {
  app.get(
    '/v1/audits',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Blocks that other workers trained again, and what was withdrawn',
        operationId: 'audits',
        querystring: AuditQuery,
        response: { 200: AuditList },
      },
    },
    async (request) => {
      const limit = Number(request.query.limit ?? AUDIT_LIMIT.default)
      const [audits, withdrawals] = await Promise.all([store.audits(limit), store.withdrawals(limit)])
      return { audits: audits.map(auditOf), withdrawals: withdrawals.map(withdrawalOf) }
    },
  )
}

function auditOf({ votes, openedAt, decidedAt, ...audit }: AuditRecord): AuditList['audits'][number] {
  return { ...audit, votes: [...votes], openedAt: openedAt.toISOString(), decidedAt: decidedAt?.toISOString() ?? null }
}

function withdrawalOf({ openedAt, finishedAt, ...withdrawal }: WithdrawalRecord): AuditList['withdrawals'][number] {
  return { ...withdrawal, openedAt: openedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null }
}
