import type { CellCounts } from '@collapsar/sweep'
import type { AuditList } from './wire/audits.ts'
import type { Key } from './wire/keys.ts'
import type { SweepProgress } from './wire/events.ts'
import type { WorkerResource } from './wire/workers.ts'

// What a store keeps, as the interface shows it: who asks a server and who reads the database itself see the same.

/** A record with its instants as Date. */
type Kept<Resource, Instant extends keyof Resource> = Omit<Resource, Instant> & {
  readonly [Name in Instant]: null extends Resource[Name] ? Date | null : Date
}

type ReadonlyLists<T> = { readonly [Name in keyof T]: T[Name] extends (infer Item)[] ? readonly Item[] : T[Name] }

export function progressOf(cells: readonly CellCounts[]): SweepProgress {
  const total = (count: (cell: CellCounts) => number) => cells.reduce((sum, cell) => sum + count(cell), 0)
  return {
    cells: { total: cells.length, complete: cells.filter(({ digest }) => digest !== null).length },
    trials: { requested: total(({ inits }) => inits), counted: total(({ tally }) => tally.trials), gaps: total(({ gaps }) => gaps) },
  }
}

export function keyResource(record: ReadonlyLists<Kept<Key, 'createdAt' | 'expiresAt' | 'revokedAt' | 'lastUsedAt'>>): Key {
  const { scopes, createdAt, expiresAt, revokedAt, lastUsedAt, ...rest } = record
  return {
    ...rest,
    scopes: [...scopes],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }
}

export function workerResource(record: ReadonlyLists<Kept<WorkerResource, 'trustedAt' | 'startedAt' | 'lastSeen'>>): WorkerResource {
  const { id, state, engine, version, device, threads, host, pid, flopsPerSecond, chunks, reason, trustedAt, startedAt, lastSeen } = record
  const instants = { trustedAt: trustedAt?.toISOString() ?? null, startedAt: startedAt.toISOString(), lastSeen: lastSeen.toISOString() }
  return { id, state, engine, version, device, threads, host, pid, flopsPerSecond, chunks: [...chunks], reason, ...instants }
}

type Audit = AuditList['audits'][number]
type Withdrawal = AuditList['withdrawals'][number]

export function auditResource(record: ReadonlyLists<Kept<Audit, 'openedAt' | 'decidedAt'>>): Audit {
  const { id, cell, block, cause, state, author, digest, agreed, votes, reason, openedAt, decidedAt } = record
  const said = votes.map(({ worker, arbitration, digest: own, engine }) => ({ worker, arbitration, digest: own, engine }))
  const instants = { openedAt: openedAt.toISOString(), decidedAt: decidedAt?.toISOString() ?? null }
  return { id, cell, block, cause, state, author, digest, agreed, votes: said, reason, ...instants }
}

export function withdrawalResource(record: Kept<Withdrawal, 'openedAt' | 'finishedAt'>): Withdrawal {
  const { id, worker, audit, reason, blocks, cells, openedAt, finishedAt } = record
  return { id, worker, audit, reason, blocks, cells, openedAt: openedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null }
}
