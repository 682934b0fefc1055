import { CollapsarError } from '@collapsar/sweep'
import type { Queries } from './connection.ts'
import type { SweepLabels } from './store.ts'

/** Writes what is given of a sweep's labels; no state, goal or identity depends on them. @throws CollapsarError `not-found` */
export async function labelSweep(client: Queries, id: string, { name, tags, priority }: SweepLabels): Promise<void> {
  const { rows } = await client.query(
    `UPDATE sweeps SET name = coalesce($2, name), tags = coalesce($3::text[], tags), priority = coalesce($4::smallint, priority)
     WHERE id = $1 RETURNING id`,
    [id, name ?? null, tags ?? null, priority ?? null],
  )
  if (rows.length === 0) throw new CollapsarError('not-found', `There is no sweep "${id}".`)
}
