import { Type } from '@collapsar/schema'
import { closed, count, instant, nullable, oneOf } from './schemas.ts'

/** Audits and withdrawals of one answer: the newest. */
export const AUDIT_LIMIT = { default: 50, maximum: 500 } as const

export const AuditQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({
        pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$',
        description: `an integer from 1 to ${AUDIT_LIMIT.maximum} (default ${AUDIT_LIMIT.default})`,
      }),
    ),
  },
  closed,
)

const digest = (description: string) => Type.String({ description: `${description}, SHA-256 in hexadecimal` })

const Audit = Type.Object({
  id: count('order of opening'),
  cell: Type.String({ description: 'the id of the cell' }),
  block: count('index of the block'),
  cause: oneOf(['drawn', 'conflict'], 'drawn by the rule, or recorded with two digests'),
  state: oneOf(
    ['open', 'match', 'mismatch', 'withdrawn', 'given_up'],
    'open, match (all agree), mismatch (two agree, somebody does not), withdrawn (the block is gone) or given_up (its training threw)',
  ),
  author: nullable(Type.String({ description: 'the worker that recorded the block' })),
  digest: digest('of the block as it was recorded'),
  agreed: nullable(digest('what two agreed on')),
  votes: Type.Array(
    Type.Object({
      worker: Type.String(),
      arbitration: Type.Boolean({ description: 'trained by the scalar kernels of a worker that had voted' }),
      digest: digest('of the block that it trained'),
      engine: Type.String({ description: 'id and version' }),
    }),
  ),
  reason: nullable(Type.String({ description: 'what the last training that threw said' })),
  openedAt: instant('when it was opened'),
  decidedAt: nullable(instant('when it was decided')),
})

const Withdrawal = Type.Object({
  id: count('order of opening'),
  worker: nullable(Type.String({ description: 'the quarantined worker; null for a single block that no worker is known for' })),
  audit: count('the audit that showed it'),
  reason: Type.String(),
  blocks: count('blocks deleted'),
  cells: count('cells recounted'),
  openedAt: instant('when it was decided'),
  finishedAt: nullable(instant('when nothing was left to delete')),
})

export const AuditList = Type.Object({
  audits: Type.Array(Audit, { description: 'newest first' }),
  withdrawals: Type.Array(Withdrawal, { description: 'newest first' }),
})
export type AuditList = Type.Static<typeof AuditList>
