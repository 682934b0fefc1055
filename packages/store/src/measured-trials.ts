import type { MeasuredTrials } from '@collapsar/sweep'
import type { MeasurementName } from '@collapsar/trial'
import type { Queries } from './connection.ts'
import { knownSets, withKnown } from './measurement-sets.ts'

/** How many trials of [0, inits) each cell has with all the sets, and which sets its recorded blocks lack, in the order asked. */
export async function measuredTrials(
  queries: Queries,
  cells: readonly { readonly cell: string; readonly inits: number }[],
  sets: readonly MeasurementName[],
): Promise<readonly MeasuredTrials[]> {
  if (sets.length === 0) return []
  const { rows } = await queries.query<MeasuredTrials>(
    `${withKnown(3, 4)}
     SELECT measured.trials::float8 AS trials, ARRAY(
         SELECT known.name FROM known WHERE known.name = ANY ($5::text[])
           AND (SELECT count(*) FROM blocks WHERE blocks.cell = cells.key AND blocks.index < given.goal)
             > (SELECT count(*) FROM measurements made WHERE made.cell = cells.key AND made.set = known.name
                  AND made.version = known.version AND made.index < given.goal AND made.reason IS NULL)
         ORDER BY 1
       ) AS lacking
     FROM (
       SELECT cell, inits, (inits::bigint + 99) / 100 AS goal, place
       FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS given (cell, inits, place)
     ) given
     LEFT JOIN cells ON cells.id = given.cell
     LEFT JOIN LATERAL (
       SELECT coalesce(sum(least(100, given.inits - index::bigint * 100)), 0) AS trials FROM (
         SELECT made.index FROM measurements made JOIN known ON known.name = made.set AND known.version = made.version
         WHERE made.cell = cells.key AND made.index < given.goal AND known.name = ANY ($5::text[]) AND made.reason IS NULL
         GROUP BY made.index HAVING count(*) = cardinality($5::text[])
       ) complete
     ) measured ON TRUE
     ORDER BY given.place`,
    [cells.map(({ cell }) => cell), cells.map(({ inits }) => inits), ...knownSets(), sets],
  )
  return rows
}
