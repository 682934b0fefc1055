import { BLOCK_TRIALS, decodeTally } from '@collapsar/sweep'
import type { CellCounts, SettingCondition } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import type { Queries } from './connection.ts'
import { engineVersions } from './read-sweep.ts'

/** From `low` to `high`, both included. */
export interface NumberRange {
  readonly low: number
  readonly high: number
}

/** Which cells: those that meet all conditions that are there. */
export interface CellFilter {
  /** In one of these. */
  readonly depth?: readonly NumberRange[]
  readonly width?: readonly NumberRange[]
  /** Counted trials of the whole prefix. */
  readonly trials?: NumberRange
  /** Collapsed over counted trials; a cell without trials has none. */
  readonly collapse?: NumberRange
  /** What their descriptions must say. */
  readonly settings?: readonly SettingCondition[]
  /** Exactly the setting of this cell, whatever the depth and the width. */
  readonly like?: TrialSpec
  /** Read by this sweep. */
  readonly sweep?: string
  /** Read by a sweep with this label. */
  readonly tag?: string
}

/** Where a cell stands in the order of the cells. */
export interface CellPosition {
  readonly depth: number
  readonly width: number
  readonly key: number
}

/** The whole prefix of a cell. */
export interface FoundCell extends CellCounts {
  readonly position: CellPosition
}

export interface CellPage {
  readonly limit: number
  /** The last one of the page before; null for the first page. */
  readonly after: CellPosition | null
}

interface FoundRow {
  readonly key: number
  readonly cell: string
  readonly spec: TrialSpec
  readonly tally: Buffer
  readonly prefix_blocks: number
  readonly prefix_gaps: number
  readonly engines: readonly number[]
}

/** By depth, width and age, which never change: cells that are added or grow while somebody turns pages move no other. Reads no block. */
export async function findCells(queries: Queries, filter: CellFilter, { limit, after }: CellPage): Promise<readonly FoundCell[]> {
  const { rows } = await queries.query<FoundRow>(FIND_CELLS, [...positionValues(after), ...filterValues(filter), limit])
  const versions = await engineVersions(queries)
  return rows.map((row) => ({
    position: { depth: row.spec.depth, width: row.spec.width, key: row.key },
    cell: row.cell,
    spec: row.spec,
    inits: row.prefix_blocks * BLOCK_TRIALS,
    tally: decodeTally(row.tally),
    gaps: row.prefix_gaps * BLOCK_TRIALS,
    digest: null,
    engines: row.engines.flatMap((key) => versions.get(key) ?? []),
  }))
}

/** A null parameter is no condition. A list that contains a value holds for the value itself (jsonb @>), numbers by their worth. */
const FIND_CELLS = `
  SELECT key, id AS cell, spec, tally, prefix_blocks, prefix_gaps, engines FROM cells
  WHERE (depth, width, key) > ($1::int, $2::int, $3::int)
    AND ($4::int[] IS NULL OR EXISTS (SELECT FROM unnest($4::int[], $5::int[]) AS range (low, high) WHERE depth BETWEEN low AND high))
    AND ($6::int[] IS NULL OR EXISTS (SELECT FROM unnest($6::int[], $7::int[]) AS range (low, high) WHERE width BETWEEN low AND high))
    AND ($8::float8 IS NULL OR trials BETWEEN $8::float8 AND $9::float8)
    AND ($10::float8 IS NULL OR collapsed::float8 / nullif(trials, 0) BETWEEN $10::float8 AND $11::float8)
    AND ($12::jsonb IS NULL OR NOT EXISTS (
      SELECT FROM jsonb_to_recordset($12::jsonb) AS asked (path text[], accepted jsonb, absent jsonb)
      WHERE NOT asked.accepted @> coalesce(spec #> asked.path, asked.absent, 'null')))
    AND ($13::jsonb IS NULL OR spec - '{depth,width}'::text[] = $13::jsonb - '{depth,width}'::text[])
    AND ($14::text IS NULL OR EXISTS (SELECT FROM sweep_cells wish WHERE wish.cell = cells.key AND wish.sweep = $14))
    AND ($15::text IS NULL OR EXISTS (
      SELECT FROM sweep_cells wish JOIN sweeps ON sweeps.id = wish.sweep WHERE wish.cell = cells.key AND sweeps.tags @> ARRAY[$15::text]))
  ORDER BY depth, width, key LIMIT $16`

function positionValues(after: CellPosition | null): number[] {
  return after === null ? [0, 0, 0] : [after.depth, after.width, after.key]
}

function filterValues({ depth, width, trials, collapse, settings, like, sweep, tag }: CellFilter): unknown[] {
  return [
    ...rangeValues(depth),
    ...rangeValues(width),
    trials?.low ?? null,
    trials?.high ?? null,
    collapse?.low ?? null,
    collapse?.high ?? null,
    settings === undefined ? null : JSON.stringify(settings),
    like === undefined ? null : JSON.stringify(like),
    sweep ?? null,
    tag ?? null,
  ]
}

/** [lows, highs] */
function rangeValues(ranges: readonly NumberRange[] | undefined): [number[] | null, number[] | null] {
  return ranges === undefined ? [null, null] : [ranges.map(({ low }) => low), ranges.map(({ high }) => high)]
}
