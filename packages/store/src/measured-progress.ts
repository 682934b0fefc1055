import type { BlockRange } from '@collapsar/sweep'
import type { Queries } from './connection.ts'
import { knownSets, MEASURED_BLOCKS, withKnown } from './measurement-sets.ts'

/** Where a cell stands for a sweep that measures: a block counts when it is a terminal gap or has all the sweep's sets. */
export interface MeasuredProgress {
  readonly prefix_blocks: number
  readonly settled: readonly number[]
  readonly claimed: readonly BlockRange[]
}

/** In the sweep's order. One snapshot. */
export async function measuredProgress(queries: Queries, sweepId: string): Promise<readonly MeasuredProgress[]> {
  const { rows } = await queries.query<MeasuredProgress>(
    `${withKnown(2, 3)}
     SELECT state.prefix_blocks, state.settled, coalesce((
         SELECT json_agg(json_build_object('first', first_block, 'count', blocks) ORDER BY first_block) FROM chunks
         WHERE chunks.cell = cells.key AND first_block < wish.goal_blocks AND first_block + blocks > state.prefix_blocks
       ), '[]') AS claimed
     FROM sweep_cells wish JOIN cells ON cells.key = wish.cell JOIN sweeps ON sweeps.id = wish.sweep,
     LATERAL (
       SELECT count(*) FILTER (WHERE index = place)::int AS prefix_blocks,
         coalesce(array_agg(index ORDER BY index) FILTER (WHERE index > place), '{}') AS settled
       FROM (SELECT index, row_number() OVER (ORDER BY index) - 1 AS place FROM (${MEASURED_BLOCKS}) settled) numbered
     ) state
     WHERE wish.sweep = $1 ORDER BY wish.position`,
    [sweepId, ...knownSets()],
  )
  return rows
}
