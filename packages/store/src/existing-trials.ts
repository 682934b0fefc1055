import type { Queries } from './connection.ts'

/** How many trials of [0, inits) each cell has, in the order asked; 0 for a cell that is unknown. */
export async function existingTrials(
  queries: Queries,
  cells: readonly { readonly cell: string; readonly inits: number }[],
): Promise<readonly number[]> {
  const { rows } = await queries.query<{ trials: number }>(
    `SELECT (prefix.trials - gap.trials + ahead.trials)::float8 AS trials
     FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS given (cell, inits, place)
     LEFT JOIN cells ON cells.id = given.cell
     LEFT JOIN LATERAL (SELECT least(coalesce(cells.prefix_blocks, 0)::bigint * 100, given.inits) AS trials) prefix ON TRUE
     LEFT JOIN LATERAL (
       SELECT coalesce(sum(least(100, given.inits - index::bigint * 100)), 0) AS trials FROM gaps
       WHERE cells.prefix_gaps > 0 AND gaps.cell = cells.key AND index < cells.prefix_blocks AND index::bigint * 100 < given.inits
     ) gap ON TRUE
     LEFT JOIN LATERAL (
       SELECT coalesce(sum(least(100, given.inits - index::bigint * 100)), 0) AS trials FROM blocks
       WHERE blocks.cell = cells.key AND index >= cells.prefix_blocks AND index < (given.inits::bigint + 99) / 100
     ) ahead ON TRUE
     ORDER BY given.place`,
    [cells.map(({ cell }) => cell), cells.map(({ inits }) => inits)],
  )
  return rows.map(({ trials }) => trials)
}
