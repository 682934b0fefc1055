import { overQuota } from '@collapsar/sweep'
import type { Queries } from './connection.ts'

/** First half of the advisory lock of an owner, so that it meets no other lock of ours: "quot" in ASCII. */
const QUOTA_LOCK = 0x71756f74

/**
 * Refuses the sweep that the same transaction has just inserted when its owner then has too many that are active or paused. Submits
 * of one owner wait here for each other, so that two at once cannot both take the last place.
 * @throws CollapsarError `quota`, which undoes the insertion
 */
export async function requireActivePlace(client: Queries, owner: string, maxActiveSweeps: number): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [QUOTA_LOCK, owner])
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM sweeps WHERE owner = $1 AND state IN ('active', 'paused')`,
    [owner],
  )
  const others = (rows[0]?.count ?? 0) - 1
  if (others < maxActiveSweeps) return
  throw overQuota(`${others} sweeps of this key are active or paused`, `up to ${maxActiveSweeps} at a time: cancel one, or wait until one is done`)
}
