import { setVersions } from '@collapsar/sweep'
import type { SetVersion } from '@collapsar/sweep'
import { MEASUREMENT_NAMES } from '@collapsar/trial'
import type { Queries } from './connection.ts'

/** The sets of this code in their versions, as a statement takes them: `unnest($a::text[], $b::int[]) AS known (name, version)`. */
export function knownSets(): [names: readonly string[], versions: readonly number[]] {
  const sets = setVersions(MEASUREMENT_NAMES)
  return [sets.map(({ name }) => name), sets.map(({ version }) => version)]
}

/**
 * The settled blocks of `cells` below `wish.goal_blocks` for a sweep that measures: terminal gaps, and recorded blocks that
 * have all its sets, or for which they were given up. Names of a statement that uses it: wish, cells, sweeps, known.
 */
export const MEASURED_BLOCKS = `
  SELECT made.index FROM measurements made JOIN known ON known.name = made.set AND known.version = made.version
  WHERE made.cell = cells.key AND made.index < wish.goal_blocks AND known.name = ANY (sweeps.measure)
    AND (made.index < cells.prefix_blocks
      OR EXISTS (SELECT FROM blocks WHERE blocks.cell = made.cell AND blocks.index = made.index))
  GROUP BY made.index HAVING count(*) = cardinality(sweeps.measure)
  UNION SELECT index FROM gaps WHERE gaps.cell = cells.key AND gaps.index < wish.goal_blocks`

/** Whether the block `block.index` of `wish` lacks the set `known`. */
const LACKS = `NOT EXISTS (SELECT FROM measurements made WHERE made.cell = wish.cell AND made.set = known.name
  AND made.version = known.version AND made.index = block.index)`

/** Names of the sets that active sweeps ask for and that some block of `chunks` lacks. Needs `known`. */
export const LACKING_SETS = `
  SELECT known.name FROM known WHERE EXISTS (
    SELECT FROM sweep_cells wish JOIN sweeps ON sweeps.id = wish.sweep,
      generate_series(chunks.first_block, least(chunks.first_block + chunks.blocks, wish.goal_blocks) - 1) AS block (index)
    WHERE wish.cell = chunks.cell AND sweeps.state = 'active' AND known.name = ANY (sweeps.measure) AND ${LACKS})`

/** Whether no active sweep asks for a set that the recorded block `block` of `cells` lacks. Needs `known`. */
export const BLOCK_HAS_ITS_SETS = `NOT EXISTS (
  SELECT FROM sweep_cells wish JOIN sweeps ON sweeps.id = wish.sweep JOIN known ON known.name = ANY (sweeps.measure)
  WHERE wish.cell = cells.key AND wish.goal_blocks > block.index AND sweeps.state = 'active' AND ${LACKS})`

/** `WITH known AS ...`, the sets of this code, from the two parameters of these numbers. */
export function withKnown(names: number, versions: number): string {
  return `WITH known AS (SELECT * FROM unnest($${names}::text[], $${versions}::int[]) AS known (name, version))`
}

/** The sets that active sweeps ask for and that some block of a live chunk lacks, in the order of their names. */
export async function lackingSets(queries: Queries, chunkId: string): Promise<SetVersion[]> {
  const { rows } = await queries.query<{ name: string }>(
    `${withKnown(2, 3)} SELECT lacking.name FROM chunks, LATERAL (${LACKING_SETS}) lacking WHERE chunks.id = $1 ORDER BY 1`,
    [chunkId, ...knownSets()],
  )
  return setVersions(rows.map(({ name }) => name))
}
