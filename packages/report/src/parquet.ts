import type { SweepDocument } from '@collapsar/sweep'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { columnsOf } from './columns.ts'
import type { View } from './overlay.ts'
import { figureDigest } from './summary.ts'

const PARQUET_TYPES = { int32: 'INT32', double: 'DOUBLE', string: 'STRING' } as const

/**
 * The same columns as the CSV, one row for each cell, as an Apache Parquet file (Snappy). Its key-value
 * metadata carry the digest that figures of the same document show, as `collapsar.digest`.
 */
export function parquetOf(document: SweepDocument, view: View = {}): Uint8Array {
  const columnData = columnsOf(document, view.overlay).map(({ name, type, values }) => ({
    name,
    type: PARQUET_TYPES[type],
    data: [...values],
    nullable: type !== 'int32',
  }))
  const kvMetadata = [{ key: 'collapsar.digest', value: figureDigest(document) }]
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, createdBy: 'collapsar' }))
}
