import { serveApi } from '@collapsar/api'
import { parseSweep } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi, recordTestBlocks } from '../support/api.ts'
import type { TestApi } from '../support/api.ts'
import { startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { pandasPython, pythonWith, runPython } from '../support/pandas.ts'

const source = { name: 'for pandas', grid: { depth: [10, 12], width: 2 }, inits: 20_000 }
const [cell] = parseSweep(source).cells.map((given) => given.cell) as [string]
const python = pandasPython()

let server: TestServer
let api: TestApi
let url: string

beforeAll(async () => {
  if (python === null) return
  server = await startTestServer()
  api = await openTestApi(server)
  url = await serveApi({ app: api.app, host: '127.0.0.1', port: 0 })
  await api.app.inject({ method: 'POST', url: '/v1/sweeps', payload: source })
  await recordTestBlocks(api.store, cell, Array.from({ length: 150 }, (_, index) => index), 1)
}, 120_000)
afterAll(async () => {
  if (python === null) return
  await api.close()
  await server.close()
})

/** Types and facts of the table at an address. */
const READ = `
import json, sys, pandas
table = getattr(pandas, sys.argv[1])(sys.argv[2])
numbers = table.select_dtypes('number').sum()
print(json.dumps({
  'rows': len(table),
  'types': {name: str(kind) for name, kind in table.dtypes.items()},
  'sums': {name: float(value) for name, value in numbers.items()},
}))
`

interface Facts {
  readonly rows: number
  readonly types: Readonly<Record<string, string>>
  readonly sums: Readonly<Record<string, number>>
}

const read = async (path: string, reader = 'read_csv') => (await runPython(python ?? '', READ, [reader, `${url}${path}`])) as Facts

describe.skipIf(python === null)('pandas', () => {
  it('reads every cell of a probability by its address', async () => {
    const { rows, types, sums } = await read('/v1/surface.csv?collapse=0.005..0.02&depth=10..&network.activation=relu')
    expect(rows).toBe(1)
    expect(types).toMatchObject({
      cell: 'object',
      depth: 'int64',
      width: 'int64',
      axis_network_activation: 'object',
      axis_training_optimizer_learning_rate: 'float64',
      counted_trials: 'int64',
      collapse_probability: 'float64',
    })
    expect(sums).toMatchObject({ counted_trials: 15_000, born_dead_trials: 150, collapse_probability: 0.01, depth: 10 })
  })

  it('reads all trials of a cell by its address', async () => {
    const { rows, types, sums } = await read(`/v1/cells/${cell}/trials.csv`)
    expect(rows).toBe(15_000)
    expect(types).toEqual({
      trial: 'int64',
      outcome: 'object',
      dead_layer: 'int64',
      alive_step: 'int64',
      dead_step: 'int64',
      loss: 'float64',
      value: 'float64',
      pieces: 'int64',
      checksum: 'int64',
    })
    // 150 born dead of loss 1/2 with one piece, the others of loss 2^-10 with two: sums that binary64 holds exactly
    expect(sums).toMatchObject({ trial: (15_000 * 14_999) / 2, dead_layer: 150, loss: 75 + 14_850 / 1024, pieces: 150 + 2 * 14_850 })
  })

  it('reads the map of a sweep by its address', async () => {
    const { sweeps } = (await api.app.inject({ url: '/v1/sweeps' })).json<{ sweeps: { id: string }[] }>()
    const { rows, sums } = await read(`/v1/sweeps/${sweeps[0]?.id}/surface.csv`)
    expect([rows, sums['counted_trials'], sums['requested_trials']]).toEqual([2, 15_000, 40_000])
  })

  // Debian packs neither of the two readers that pandas knows
  it.skipIf(pythonWith('pandas', 'pyarrow') === null && pythonWith('pandas', 'fastparquet') === null)('reads Parquet', async () => {
    const { rows, types } = await read(`/v1/cells/${cell}/trials.parquet`, 'read_parquet')
    expect([rows, types['trial'], types['loss'], types['checksum']]).toEqual([15_000, 'int32', 'float32', 'int64'])
  })
})
