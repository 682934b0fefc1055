import { BLOCK_TRIALS, CollapsarError, decodeTally, observedWorkFactor } from '@collapsar/sweep'
import type { EngineVersion } from '@collapsar/sweep'
import { MEASUREMENT_NAMES } from '@collapsar/trial'
import type { TrialSpec } from '@collapsar/trial'
import type { Queries } from './connection.ts'
import { measuredProgress } from './measured-progress.ts'
import type { MeasuredProgress } from './measured-progress.ts'
import type { BlockRange, CellProgress, LoggedExtension, SweepCell, SweepRecord, SweepState } from './store.ts'

export interface SweepRow {
  readonly id: string
  readonly name: string
  /** A check of the database allows no other than the states. */
  readonly state: string
  readonly source: unknown
  readonly createdAt: Date
  readonly finishedAt: Date | null
  readonly reused: bigint | number
  readonly adaptive: boolean
  readonly rounds: number
  readonly measure: readonly string[]
  readonly owner: string
  readonly tags: readonly string[]
  readonly priority: number
  readonly extension: LoggedExtension | null
}

/** A row as the Store gives it, whoever read it. */
export function sweepRecord(row: SweepRow): SweepRecord {
  return {
    id: row.id,
    name: row.name,
    state: row.state as SweepState,
    source: row.source,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    reused: Number(row.reused),
    adaptive: row.adaptive,
    rounds: row.rounds,
    measure: row.measure,
    owner: row.owner,
    tags: row.tags,
    priority: row.priority,
    extension: row.extension,
  }
}

/** Of `sweeps`, as a SweepRow. */
export const SWEEP_COLUMNS = `id, name, state, source, created_at AS "createdAt", finished_at AS "finishedAt", reused::float8 AS reused,
  measure, owner, tags, priority, adaptive, (SELECT count(*)::int FROM rounds WHERE rounds.sweep = sweeps.id) AS rounds,
  (SELECT json_build_object('number', number, 'inits', inits, 'maxInits', max_inits, 'maxDeviceSeconds', max_device_seconds)
   FROM extensions WHERE extensions.sweep = sweeps.id ORDER BY number DESC LIMIT 1) AS extension`

export async function readSweep(queries: Queries, id: string): Promise<SweepRecord | null> {
  const { rows } = await queries.query<SweepRow>(`SELECT ${SWEEP_COLUMNS} FROM sweeps WHERE id = $1`, [id])
  return rows[0] === undefined ? null : sweepRecord(rows[0])
}

/** Those that exist, by their ids. */
export async function readSweeps(queries: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, SweepRecord>> {
  const { rows } = await queries.query<SweepRow>(`SELECT ${SWEEP_COLUMNS} FROM sweeps WHERE id = ANY ($1::text[])`, [ids])
  return new Map(rows.map((row) => [row.id, sweepRecord(row)]))
}

/** @throws CollapsarError `not-found` */
export async function existingSweep(queries: Queries, id: string): Promise<SweepRecord> {
  const sweep = await readSweep(queries, id)
  if (sweep === null) throw new CollapsarError('not-found', `There is no sweep "${id}".`)
  return sweep
}

interface SweepCellRow {
  readonly cell: string
  readonly spec: TrialSpec
  readonly inits: number
  readonly tally: Buffer
  readonly gaps: number
  readonly digest: string | null
  readonly engines: readonly number[]
}

/**
 * What the sweep reads, in its cells' order: the frozen row, or the cell's prefix, which is shorter than what was asked
 * as long as the row is not frozen. Reads one row a cell whatever the number of trials.
 */
export async function sweepCells(queries: Queries, sweepId: string): Promise<readonly SweepCell[]> {
  const { rows } = await queries.query<SweepCellRow>(
    `SELECT cells.id AS cell, cells.spec, wish.inits, coalesce(wish.tally, cells.tally) AS tally,
       CASE WHEN wish.tally IS NULL THEN cells.prefix_gaps * $2 ELSE wish.gaps END AS gaps,
       encode(wish.digest, 'hex') AS digest,
       CASE WHEN wish.tally IS NULL THEN cells.engines ELSE wish.engines END AS engines
     FROM sweep_cells wish JOIN cells ON cells.key = wish.cell WHERE wish.sweep = $1 ORDER BY wish.position`,
    [sweepId, BLOCK_TRIALS],
  )
  const versions = await engineVersions(queries)
  return rows.map((row) => ({
    ...row,
    tally: decodeTally(row.tally),
    engines: row.engines.flatMap((key) => versions.get(key) ?? []),
  }))
}

export async function engineVersions(queries: Queries): Promise<ReadonlyMap<number, EngineVersion>> {
  const { rows } = await queries.query<EngineVersion & { key: number }>('SELECT key, id, version FROM engines')
  return new Map(rows.map(({ key, id, version }) => [key, { id, version }]))
}

interface ProgressRow {
  readonly cell: string
  readonly measure: readonly string[]
  readonly spec: TrialSpec
  readonly goal_blocks: number
  readonly prefix_blocks: number
  readonly settled: readonly number[]
  readonly claimed: readonly BlockRange[]
  readonly seconds_per_block: number | null
}

/** Where each cell of the sweep stands, in the sweep's order. One snapshot, taken after the rest where the sweep measures. */
export async function sweepProgress(queries: Queries, sweepId: string): Promise<readonly CellProgress[]> {
  const { rows } = await queries.query<ProgressRow>(
    `SELECT cells.id AS cell, cells.spec, (SELECT measure FROM sweeps WHERE id = $1) AS measure, wish.goal_blocks, cells.prefix_blocks,
       ARRAY(
         SELECT index FROM blocks
         WHERE blocks.cell = cells.key AND index >= cells.prefix_blocks AND index < wish.goal_blocks
         UNION ALL
         SELECT index FROM gaps
         WHERE gaps.cell = cells.key AND index >= cells.prefix_blocks AND index < wish.goal_blocks
         ORDER BY index
       ) AS settled,
       coalesce((
         SELECT json_agg(json_build_object('first', first_block, 'count', blocks) ORDER BY first_block) FROM chunks
         WHERE chunks.cell = cells.key AND first_block < wish.goal_blocks AND first_block + blocks > cells.prefix_blocks
       ), '[]') AS claimed,
       CASE WHEN measured_blocks > 0 THEN measured_seconds / measured_blocks END AS seconds_per_block
     FROM sweep_cells wish JOIN cells ON cells.key = wish.cell WHERE wish.sweep = $1 ORDER BY wish.position`,
    [sweepId],
  )
  const measures = (rows[0]?.measure.length ?? 0) > 0
  const measured = measures ? await measuredProgress(queries, sweepId) : []
  return rows.map((row, position) => ({ ...progressOf(row), ...(measures && measuredPart(measured[position])) }))
}

function progressOf(row: ProgressRow): CellProgress {
  const { seconds_per_block: seconds } = row
  return {
    cell: row.cell,
    spec: row.spec,
    goalBlocks: row.goal_blocks,
    prefixBlocks: row.prefix_blocks,
    settled: row.settled,
    claimed: row.claimed,
    secondsPerBlock: seconds === null ? null : seconds * observedWorkFactor(row.spec, MEASUREMENT_NAMES.filter((name) => row.measure.includes(name))),
  }
}

/** What a sweep that measures sees instead: blocks count when they have its sets. */
function measuredPart(measured: MeasuredProgress | undefined): Partial<CellProgress> {
  if (measured === undefined) throw new Error('a sweep lost a cell while it was read')
  return { prefixBlocks: measured.prefix_blocks, settled: measured.settled, claimed: measured.claimed }
}
