import type { Queries } from './connection.ts'
import { sweepRecord, SWEEP_COLUMNS } from './read-sweep.ts'
import type { SweepRow } from './read-sweep.ts'
import type { SweepRecord, SweepState } from './store.ts'

/** Which sweeps: those that meet all conditions that are there. */
export interface SweepFilter {
  readonly state?: SweepState
  /** One of their labels. */
  readonly tag?: string
  /** How their names begin. */
  readonly namePrefix?: string
  readonly owner?: string
}

/** Where a sweep stands in the order of the sweeps. */
export interface SweepPosition {
  /** Microseconds since 1970, as a decimal: finer than a Date. */
  readonly createdAt: string
  readonly id: string
}

export interface SweepPage {
  readonly limit: number
  /** The last one of the page before; null for the first page. */
  readonly after: SweepPosition | null
}

export interface ListedSweep extends SweepRecord {
  readonly position: SweepPosition
}

/** Newest first. Sweeps that are created or deleted while somebody turns pages move no other. */
export async function listSweeps(queries: Queries, filter: SweepFilter, { limit, after }: SweepPage): Promise<readonly ListedSweep[]> {
  const { rows } = await queries.query<SweepRow & { readonly created_us: string }>(
    `SELECT ${SWEEP_COLUMNS}, (extract(epoch FROM created_at) * 1000000)::bigint::text AS created_us FROM sweeps
     WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR tags @> ARRAY[$2::text])
       AND ($3::text IS NULL OR starts_with(name, $3)) AND ($4::text IS NULL OR owner = $4)
       AND ($5::bigint IS NULL OR created_at < ${CREATED} OR (created_at = ${CREATED} AND id > $6))
     ORDER BY created_at DESC, id LIMIT $7`,
    [filter.state ?? null, filter.tag ?? null, filter.namePrefix ?? null, filter.owner ?? null, after?.createdAt ?? null, after?.id ?? null, limit],
  )
  return rows.map(({ created_us: createdAt, ...row }) => ({ ...sweepRecord(row), position: { createdAt, id: row.id } }))
}

/** Exact, where a floating-point number of seconds would not be. */
const CREATED = `(timestamptz 'epoch' + $5::bigint * interval '1 microsecond')`
