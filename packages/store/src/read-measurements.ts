import { BLOCK_TRIALS, decodeMeasurement, setVersions } from '@collapsar/sweep'
import type { CellMeasurements } from '@collapsar/sweep'
import type { ColumnArray, MeasurementName, TrialSpec } from '@collapsar/trial'
import { measurementSets } from '@collapsar/trial'
import { goalBlocks } from './cell-count.ts'
import type { Queries } from './connection.ts'

/** A row that was measured. */
interface MeasurementRow {
  readonly index: number
  readonly digest: Buffer
  readonly data: Buffer
}

const PAGE_BLOCKS = 400

/**
 * What a set says of the trials [0, inits) of a cell, as far as they were measured; null for an unknown cell.
 * @throws CollapsarError `damaged`
 */
export async function readMeasurements(
  queries: Queries,
  cell: string,
  { set: name, inits }: { readonly set: MeasurementName; readonly inits: number },
): Promise<CellMeasurements | null> {
  const found = await queries.query<{ key: number; spec: TrialSpec }>('SELECT key, spec FROM cells WHERE id = $1', [cell])
  const row = found.rows[0]
  if (row === undefined) return null
  const [set] = setVersions([name])
  if (set === undefined) throw new RangeError(`invalid measurement set: ${name}`)
  const columns = measurementSets[name].columns(row.spec)
  const parts: { readonly trials: readonly number[]; readonly values: readonly ColumnArray[] }[] = []
  for await (const { index, data, digest } of measuredBlocks(queries, row.key, { ...set, goal: goalBlocks(inits) })) {
    const trials = Array.from({ length: Math.min(BLOCK_TRIALS, inits - index * BLOCK_TRIALS) }, (_, i) => index * BLOCK_TRIALS + i)
    const values = decodeMeasurement(row.spec, { set, data, digest })
    parts.push({ trials, values: values.map((column, i) => column.subarray(0, trials.length * (columns[i]?.size ?? 0))) })
  }
  return {
    set,
    columns,
    trials: Float64Array.from(parts.flatMap(({ trials }) => trials)),
    values: columns.map((column, i) => joined(column.type, parts.map(({ values }) => values[i] ?? new Uint8Array()))),
  }
}

async function* measuredBlocks(
  queries: Queries,
  cell: number,
  { name, version, goal }: { readonly name: string; readonly version: number; readonly goal: number },
): AsyncGenerator<MeasurementRow> {
  for (let next = 0; next < goal; ) {
    const { rows } = await queries.query<MeasurementRow>(
      `SELECT index, digest, data FROM measurements
       WHERE cell = $1 AND set = $2 AND version = $3 AND index >= $4 AND index < $5 AND reason IS NULL ORDER BY index LIMIT $6`,
      [cell, name, version, next, goal, PAGE_BLOCKS],
    )
    yield* rows
    next = rows.length < PAGE_BLOCKS ? goal : (rows.at(-1)?.index ?? goal) + 1
  }
}

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array } as const

function joined(type: keyof typeof ARRAYS, parts: readonly ColumnArray[]): ColumnArray {
  const whole = new ARRAYS[type](parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
