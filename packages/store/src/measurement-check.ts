import { CollapsarError, decodeMeasurement, setVersions } from '@collapsar/sweep'
import type { TrialSpec } from '@collapsar/trial'
import type { Queries } from './connection.ts'
import { knownSets, withKnown } from './measurement-sets.ts'
import type { Mismatch } from './store.ts'

interface MeasurementRow {
  readonly set: string
  readonly version: number
  readonly index: number
  readonly digest: Buffer
  readonly data: Buffer
  readonly recorded: boolean
  readonly spec: TrialSpec
}

const PAGE_BLOCKS = 400

/**
 * Recomputes the digests of what was measured of a cell's blocks. Versions of a set that this code does not measure are
 * passed over: what their columns are is no longer known.
 */
export async function verifyMeasurements(queries: Queries, cell: { readonly key: number; readonly id: string }): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = []
  let last: Pick<MeasurementRow, 'set' | 'index'> = { set: '', index: -1 }
  for (;;) {
    const page = await measurementsAfter(queries, cell.key, last)
    mismatches.push(...page.flatMap((row) => faultsOf(row).map((detail) => ({ cell: cell.id, block: row.index, detail }))))
    if (page.length < PAGE_BLOCKS) return mismatches
    last = page.at(-1) ?? last
  }
}

async function measurementsAfter(
  queries: Queries,
  cell: number,
  { set, index }: Pick<MeasurementRow, 'set' | 'index'>,
): Promise<MeasurementRow[]> {
  const { rows } = await queries.query<MeasurementRow>(
    `${withKnown(5, 6)}
     SELECT made.set, made.version, made.index, made.digest, made.data, cells.spec,
       EXISTS (SELECT FROM blocks WHERE blocks.cell = made.cell AND blocks.index = made.index) AS recorded
     FROM measurements made JOIN known ON known.name = made.set AND known.version = made.version
     JOIN cells ON cells.key = made.cell
     WHERE made.cell = $1 AND (made.set, made.index) > ($2, $3) AND made.reason IS NULL
     ORDER BY made.set, made.index LIMIT $4`,
    [cell, set, index, PAGE_BLOCKS, ...knownSets()],
  )
  return rows
}

function faultsOf({ set: name, digest, data, recorded, spec }: MeasurementRow): string[] {
  if (!recorded) return [`has measurements "${name}" but is not recorded`]
  try {
    for (const set of setVersions([name])) decodeMeasurement(spec, { set, data, digest })
    return []
  } catch (error) {
    if (!(error instanceof CollapsarError)) throw error
    return [error.message]
  }
}
