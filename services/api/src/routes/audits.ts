import { AUDIT_LIMIT, AuditList, AuditQuery, auditResource, withdrawalResource } from '@collapsar/client'
import type { Store } from '@collapsar/store'
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
      return { audits: audits.map(auditResource), withdrawals: withdrawals.map(withdrawalResource) }
    },
  )
}
