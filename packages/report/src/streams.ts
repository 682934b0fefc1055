import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { Column } from './columns.ts'
import { csvHeader, csvRows } from './csv.ts'
import { parquetColumns } from './parquet-columns.ts'

/** Columns of one table, some rows at a time: of the same names and types in every piece. The first may be empty, and is there. */
export type ColumnPieces = AsyncIterable<readonly Column[]>

/** A way to hand out a table that is longer than memory. */
export interface StreamFormat {
  /** With the character set where it is text. */
  readonly mediaType: string
  /** Of a file, without the dot. */
  readonly extension: string
  /** Asks for the next piece when the one before has been taken. */
  render(pieces: ColumnPieces): AsyncGenerator<Uint8Array>
}

/** Every format of a long table, by the name that the API accepts. */
export const STREAM_FORMATS: Readonly<Record<'csv' | 'parquet', StreamFormat>> = {
  csv: { mediaType: 'text/csv; charset=utf-8', extension: 'csv', render: csvStream },
  parquet: { mediaType: 'application/vnd.apache.parquet', extension: 'parquet', render: parquetStream },
}

/** As `csvOf`. */
async function* csvStream(pieces: ColumnPieces): AsyncGenerator<Uint8Array> {
  let begun = false
  for await (const columns of pieces) {
    yield Buffer.from(`${begun ? '' : csvHeader(columns)}${csvRows(columns)}`)
    begun = true
  }
}

/** Rows of a group: what is kept for the end of the file is about a kilobyte for each column of a group. */
const ROW_GROUP = 10_000

async function* parquetStream(pieces: ColumnPieces): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter()
  let writer: ParquetWriter | null = null
  for await (const columns of gathered(pieces, ROW_GROUP)) {
    const columnData = parquetColumns(columns)
    writer ??= new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData }), createdBy: 'collapsar' })
    const rows = columns[0]?.values.length ?? 0
    if (rows > 0) await writer.write({ columnData, rowGroupSize: rows })
    yield taken(bytes)
  }
  await writer?.finish()
  yield taken(bytes)
}

/** The pieces, joined to at least so many rows but for the last. */
async function* gathered(pieces: ColumnPieces, rows: number): AsyncGenerator<readonly Column[]> {
  let held: readonly Column[] | null = null
  for await (const piece of pieces) {
    held = held === null ? piece : held.map((column, i) => joined(column, piece[i]))
    if ((held[0]?.values.length ?? 0) < rows) continue
    yield held
    held = held.map(emptied)
  }
  if (held !== null) yield held
}

function joined(column: Column, more: Column | undefined): Column {
  const values = [...column.values, ...(more?.values ?? [])]
  return column.type === 'string'
    ? { ...column, values: values as (string | null)[] }
    : { ...column, values: values as (number | null)[] }
}

function emptied(column: Column): Column {
  return column.type === 'string' ? { ...column, values: [] } : { ...column, values: [] }
}

/** What was written since the last time; the buffer is used again, and `offset` goes on counting. */
function taken(bytes: ByteWriter): Uint8Array {
  const written = bytes.getBytes().slice()
  bytes.index = 0
  return written
}
