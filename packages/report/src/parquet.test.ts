import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { columnsOf } from './columns.ts'
import { parquetOf } from './parquet.ts'
import { bornDeadSample, sampleDocument } from './samples/documents.ts'
import { figureDigest } from './summary.ts'

function fileOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

describe('the Parquet file', () => {
  test('reads back as the columns that the CSV has, nulls included', async () => {
    const sample = bornDeadSample()
    const empty = sampleDocument('=name', [{ depth: 40, width: 2, trials: 0, inits: 1000 }])
    const document = { sweep: empty.sweep, cells: [...sample.cells, ...empty.cells] }
    const rows = await parquetReadObjects({ file: fileOf(parquetOf(document)) })
    const columns = columnsOf(document)
    const expected = document.cells.map((_, row) =>
      Object.fromEntries(columns.map(({ name, values }) => [name, values[row]])),
    )
    expect(rows).toEqual(expected)
    expect(rows[0]?.['sweep_name']).toBe('=name')
    expect(rows.at(-1)?.['collapse_probability']).toBeNull()
  })

  test('stores counts as int32, measures as double and names as UTF-8', () => {
    const { schema } = parquetMetadata(fileOf(parquetOf(bornDeadSample())))
    const typeOf = (name: string): unknown => {
      const column = schema.find((element) => element.name === name)
      return [column?.type, column?.converted_type, column?.repetition_type]
    }
    expect(typeOf('born_dead_trials')).toEqual(['INT32', undefined, 'REQUIRED'])
    expect(typeOf('collapse_probability')).toEqual(['DOUBLE', undefined, 'OPTIONAL'])
    expect(typeOf('digest')).toEqual(['BYTE_ARRAY', 'UTF8', 'OPTIONAL'])
  })

  test('has its types even where a column holds nothing but nulls', async () => {
    const document = sampleDocument('new', [{ depth: 2, width: 2, trials: 0, inits: 100 }])
    const [row] = await parquetReadObjects({ file: fileOf(parquetOf(document)) })
    expect([row?.['collapse_probability'], row?.['engine'], row?.['width']]).toEqual([null, null, 2])
  })

  test('carries the digest that figures show', () => {
    const document = bornDeadSample()
    const { key_value_metadata: pairs } = parquetMetadata(fileOf(parquetOf(document)))
    expect(pairs).toContainEqual({ key: 'collapsar.digest', value: figureDigest(document) })
  })
})
