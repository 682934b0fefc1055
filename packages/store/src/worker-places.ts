import { CollapsarError, show } from '@collapsar/sweep'
import type { Queries } from './connection.ts'

/** That two rows of `workers` work in one place. Of a worker without a machine nothing is known: it shares its place with nobody. */
export function samePlace(one: string, other: string): string {
  return `(${one}.host <> '' AND ${one}.host = ${other}.host AND ${one}.engine = ${other}.engine AND ${one}.device = ${other}.device)`
}

/** That nobody who works in the place of such a row is believed. */
export const IS_DISTRUSTED = `state = 'quarantined' AND trusted_at IS NULL AND host <> ''`

interface QuarantinedWorker {
  readonly state: string
  readonly host: string
}

/**
 * Ends the quarantine of a place. Whoever was quarantined there for no more than the place is as any other; a convicted worker keeps its
 * row, since what it recorded is being withdrawn, or was.
 */
export async function trustPlace(client: Queries, id: string): Promise<readonly string[]> {
  const { rows } = await client.query<QuarantinedWorker>('SELECT state, host FROM workers WHERE id = $1', [id])
  const [worker] = rows
  if (worker === undefined) throw new CollapsarError('not-found', `There is no worker ${show(id)}.`)
  if (worker.state !== 'quarantined') throw new CollapsarError('conflict', `The worker ${show(id)} is ${worker.state}; accepted: one that is quarantined.`)
  if (worker.host === '') {
    throw new CollapsarError('conflict', `Of the place of the worker ${show(id)} nothing is known, so no other is refused for it: start it again under another name.`)
  }
  const released = await client.query<{ id: string }>(
    `UPDATE workers SET trusted_at = clock_timestamp(),
       state = CASE WHEN EXISTS (SELECT FROM withdrawals WHERE worker = workers.key) THEN workers.state ELSE 'gone' END
     FROM workers named WHERE named.id = $1 AND workers.state = 'quarantined' AND workers.trusted_at IS NULL AND ${samePlace('workers', 'named')}
     RETURNING workers.id`,
    [id],
  )
  return released.rows.map((row) => row.id).toSorted()
}
