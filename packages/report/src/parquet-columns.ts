import type { ColumnSource } from 'hyparquet-writer'
import type { Column } from './columns.ts'

const PARQUET_TYPES = { int32: 'INT32', uint32: 'INT64', float: 'FLOAT', double: 'DOUBLE', string: 'STRING' } as const

/** Whole numbers are always there; Parquet has them signed, so that those of 32 bits without a sign take the next larger type. */
export function parquetColumns(columns: readonly Column[]): ColumnSource[] {
  return columns.map(({ name, type, values }) => ({
    name,
    type: PARQUET_TYPES[type],
    data: type === 'uint32' ? values.map((value) => BigInt(value ?? 0)) : [...values],
    nullable: type !== 'int32' && type !== 'uint32',
    // to look for repeated numbers takes a set of all of them
    ...(type !== 'string' && { encoding: 'PLAIN' as const }),
  }))
}
