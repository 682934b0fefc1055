import type { CollapsarError } from '@collapsar/sweep'
import { overQuota } from '@collapsar/sweep'
import type { Queries } from './connection.ts'

/** First half of the advisory lock of an owner, so that it meets no other lock of ours: "quot" in ASCII. */
const QUOTA_LOCK = 0x71756f74

/** A sweep that the same transaction has just inserted. */
interface InsertedSweep {
  readonly id: string
  readonly owner: string
  /** Of its owner, this one included; null: any. */
  readonly maxActiveSweeps: number | null
}

/**
 * Deletes those of the sweeps that have no place among their owners' active and paused ones, in the order given; says why, by their ids.
 * Submits of one owner wait here for each other, so that two at once cannot both take the last place.
 */
export async function refuseBeyondQuota(client: Queries, inserted: readonly InsertedSweep[]): Promise<ReadonlyMap<string, CollapsarError>> {
  const refused = new Map<string, CollapsarError>()
  const owners = [...new Set(inserted.flatMap(({ owner, maxActiveSweeps }) => (maxActiveSweeps === null ? [] : owner)))]
  if (owners.length === 0) return refused
  const active = await lockedCounts(client, owners)
  for (const { owner } of inserted) active.set(owner, (active.get(owner) ?? 0) - 1)
  for (const { id, owner, maxActiveSweeps } of inserted) {
    const others = active.get(owner) ?? 0
    if (maxActiveSweeps === null || others < maxActiveSweeps) active.set(owner, others + 1)
    else refused.set(id, beyondQuota(others, maxActiveSweeps))
  }
  if (refused.size > 0) await client.query('DELETE FROM sweeps WHERE id = ANY ($1::text[])', [[...refused.keys()]])
  return refused
}

/** How many sweeps of each owner are active or paused; until the end of the transaction no other one finds a place for theirs. */
async function lockedCounts(client: Queries, owners: readonly string[]): Promise<Map<string, number>> {
  const [, { rows }] = await Promise.all([
    // In the order of the locks, so that two groups of submits never wait for each other in a circle.
    client.query(
      `SELECT pg_advisory_xact_lock($1, place)
       FROM (SELECT DISTINCT hashtext(owner) AS place FROM unnest($2::text[]) AS given (owner) ORDER BY place) places`,
      [QUOTA_LOCK, owners],
    ),
    client.query<{ owner: string; count: number }>(
      `SELECT owner, count(*)::int AS count FROM sweeps WHERE owner = ANY ($1::text[]) AND state IN ('active', 'paused') GROUP BY owner`,
      [owners],
    ),
  ])
  return new Map(rows.map(({ owner, count }) => [owner, count]))
}

/**
 * Takes a place for a sweep that is done before it is known whether it will be active again: the lock of its owner comes before those of cells.
 * @returns throws CollapsarError `quota` where its owner's key had no place; to be called when the sweep becomes active
 */
export async function reservePlace(client: Queries, sweepId: string): Promise<() => void> {
  const { rows } = await client.query<{ owner: string; max: number }>(
    `SELECT owner, max_active_sweeps AS max FROM sweeps JOIN api_keys ON api_keys.id = sweeps.owner
     WHERE sweeps.id = $1 AND state = 'done' AND max_active_sweeps IS NOT NULL`,
    [sweepId],
  )
  const [place] = rows
  if (place === undefined) return () => {}
  const others = (await lockedCounts(client, [place.owner])).get(place.owner) ?? 0
  return () => {
    if (others >= place.max) throw beyondQuota(others, place.max)
  }
}

function beyondQuota(others: number, maxActiveSweeps: number): CollapsarError {
  return overQuota(`${others} sweeps of this key are active or paused`, `up to ${maxActiveSweeps} at a time: cancel one, or wait until one is done`)
}
