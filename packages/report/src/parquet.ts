import type { SweepDocument } from '@collapsar/sweep'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { columnsOf } from './columns.ts'
import { parquetColumns } from './parquet-columns.ts'
import type { View } from './overlay.ts'
import { figureDigest } from './summary.ts'

/**
 * The same columns as the CSV, one row for each cell, as an Apache Parquet file (Snappy). Its key-value
 * metadata carry the digest that figures of the same document show, as `collapsar.digest`.
 */
export function parquetOf(document: SweepDocument, view: View = {}): Uint8Array {
  const columnData = parquetColumns(columnsOf(document, view.overlay))
  const kvMetadata = [{ key: 'collapsar.digest', value: figureDigest(document) }]
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, createdBy: 'collapsar' }))
}
