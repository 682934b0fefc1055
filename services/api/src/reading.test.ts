import { Value } from '@collapsar/schema'
import { parseSweep } from '@collapsar/sweep'
import type { CellDocument } from '@collapsar/sweep'
import { BestOfK, CellList, CellResource, Comparison, Contours, SafeWidth, TrialList, TrialResource } from '@collapsar/client'
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi, recordTestBlocks } from '../../../test/support/api.ts'
import type { TestApi } from '../../../test/support/api.ts'
import { startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'

/** Born dead in each hundred, and hundreds, by depth and width. */
const COUNTED = { '10 2': [1, 3], '12 2': [2, 1], '12 4': [0, 4], '8 2': [1, 1], '14 2': [60, 1] } as const
const source = { name: 'grid', grid: { depth: [8, 10, 12, 14], width: [2, 4] }, inits: 400 }
const tanh = { ...source, name: 'tanh', network: { activation: 'tanh' }, grid: { depth: 12, width: 2 }, inits: 100 }

let server: TestServer
let api: TestApi
let sweep: string
let other: string
let cell: string

beforeAll(async () => {
  server = await startTestServer()
  api = await openTestApi(server)
  sweep = await submit(source)
  other = await submit(tanh)
  for (const [shape, [collapsed, blocks]] of Object.entries(COUNTED)) {
    await recordTestBlocks(api.store, cellOf(source, shape), Array.from({ length: blocks }, (_, index) => index), collapsed)
  }
  cell = cellOf(tanh, '12 2')
  await recordTestBlocks(api.store, cell, [0], 1)
})
afterAll(async () => {
  await api.close()
  await server.close()
})

function cellOf(file: object, shape: string): string {
  return parseSweep(file).cells.find(({ spec }) => `${spec.depth} ${spec.width}` === shape)!.cell
}

const get = (url: string, headers: Record<string, string> = {}) => api.app.inject({ url, headers })
const submit = async (file: object) =>
  (await api.app.inject({ method: 'POST', url: '/v1/sweeps', payload: file })).json<{ id: string }>().id
const cells = async (query: string) => (await get(`/v1/surface?${query}`)).json<{ cells: CellDocument[]; next: string | null }>()
const shapes = async (query: string) => (await cells(query)).cells.map(({ depth, width, axes }) => `${depth} ${width} ${String(axes?.['network.activation'])}`)

describe('GET /v1/surface', () => {
  it('gives every cell of a probability and a depth by one address', async () => {
    expect(await shapes('collapse=0.005..0.02&depth=10..')).toEqual(['10 2 relu', '12 2 relu', '12 2 tanh'])
    expect(await shapes('collapse=0.015..&depth=..12')).toEqual(['12 2 relu'])
    expect(await shapes('collapse=0')).toEqual(['12 4 relu'])
  })

  it('takes settings, shapes, trials and sweeps', async () => {
    expect(await shapes('network.activation=tanh,elu')).toEqual(['12 2 tanh'])
    expect(await shapes('depth=8,12..13&width=2&network.activation=relu')).toEqual(['8 2 relu', '12 2 relu'])
    expect(await shapes('trials=300..')).toEqual(['10 2 relu', '12 4 relu'])
    expect(await shapes('trials=0..0')).toHaveLength(3)
    expect(await shapes(`sweep=${other}`)).toEqual(['12 2 tanh'])
    expect(await shapes('training.optimizer.learningRate=0.001&seed=0&training.steps=3000')).toHaveLength(6)
    expect(await shapes('tag=nobody')).toEqual([])
  })

  it('judges by the whole interval where that is asked', async () => {
    const shown = await cells('collapse=0.3..0.9&shown=true')
    expect(shown.cells.map(({ depth, collapse }) => [depth, collapse.estimate])).toEqual([[14, 0.6]])
    const [{ collapse }] = shown.cells as [CellDocument]
    expect(await shapes(`collapse=${collapse.low}..${collapse.high}&shown=true`)).toHaveLength(1)
    expect(await shapes(`collapse=${collapse.low + 1e-6}..${collapse.high}&shown=true`)).toEqual([])
    expect(await shapes(`collapse=${collapse.low + 1e-6}..${collapse.high}`)).toHaveLength(1)
  })

  it('turns pages by a link, through every cell once', async () => {
    const seen: string[] = []
    let url: string | null = '/v1/surface?limit=4&trials=0..'
    while (url !== null) {
      const response = await get(url)
      seen.push(...response.json<{ cells: { cell: string }[] }>().cells.map((found) => found.cell))
      url = /^<([^>]+)>; rel="next"$/.exec(String(response.headers['link'] ?? ''))?.[1] ?? null
    }
    expect([seen.length, new Set(seen).size]).toEqual([9, 9])
    expect((await cells('limit=9&trials=0..')).next).toBeNull()
  })

  it('gives all that fits as a table, by ending, by name and by Accept', async () => {
    const query = 'collapse=0.005..0.02&depth=10..'
    const bodies = [
      await get(`/v1/surface.csv?${query}`),
      await get(`/v1/surface?${query}&format=csv`),
      await get(`/v1/surface?${query}`, { accept: 'text/csv' }),
    ].map(({ body }) => body)
    expect(new Set(bodies).size).toBe(1)
    const [header, ...rows] = bodies[0]!.trim().split('\r\n')
    expect(header).toContain('depth,hidden_layers,width,axis_seed,axis_network_activation,')
    expect(rows.map((row) => row.split(',').slice(1, 4))).toEqual([['10', '9', '2'], ['12', '11', '2'], ['12', '11', '2']])
    const file = (await get(`/v1/surface.parquet?${query}`)).rawPayload
    const table = await parquetReadObjects({ file: new Uint8Array(file).buffer })
    expect(table.map((row) => [row['depth'], row['counted_trials'], row['axis_training_steps'], row['axis_network_leak']])).toEqual([
      [10, 300, 3000, null],
      [12, 100, 3000, null],
      [12, 100, 3000, null],
    ])
    expect((await get('/v1/surface.csv?depth=99')).body.split('\r\n')).toHaveLength(2)
  })

  it('fits its schema, and answers 304 while nothing changed', async () => {
    const response = await get('/v1/surface')
    expect(Value.Errors(CellList, response.json())).toEqual([])
    expect((await get('/v1/surface', { 'if-none-match': String(response.headers['etag']) })).statusCode).toBe(304)
    expect((await get('/v1/surface?depth=8', { 'if-none-match': String(response.headers['etag']) })).statusCode).toBe(200)
  })
})

describe('GET /v1/cells/{cell}', () => {
  it('tells what a cell is, what was counted and who reads it', async () => {
    const response = await get(`/v1/cells/${cell}`)
    const resource = response.json<Record<string, unknown>>()
    expect(Value.Errors(CellResource, resource)).toEqual([])
    expect(resource).toMatchObject({
      cell,
      setting: expect.stringContaining('tanh'),
      spec: { depth: 12, width: 2 },
      counts: { trials: 100, collapse: { estimate: 0.01 }, outcomes: { born_dead: 1, converged: 99 } },
      engines: [{ id: 'test', version: '1' }],
      sweeps: [{ id: other, name: 'tanh', state: 'active', inits: 100 }],
      lost: [],
    })
    expect((await get(`/v1/cells/${cell}`, { 'if-none-match': String(response.headers['etag']) })).statusCode).toBe(304)
  })

  it('gives trials in pages', async () => {
    const first = await get(`/v1/cells/${cell}/trials?limit=60`)
    expect(Value.Errors(TrialList, first.json())).toEqual([])
    expect(first.headers['link']).toBe(`</v1/cells/${cell}/trials?limit=60&from=60>; rel="next"`)
    const second = (await get(`/v1/cells/${cell}/trials?limit=60&from=60`)).json<{ trials: { trial: number }[]; next: null }>()
    expect([second.trials.length, second.trials[0]?.trial, second.next]).toEqual([40, 60, null])
    expect(first.json<{ trials: object[] }>().trials[0]).toEqual({
      trial: 0, outcome: 'born_dead', deadLayer: 1, death: null, loss: 0.5, value: 0, pieces: 1, checksum: 0,
    })
  })

  it('gives one trial with its engine', async () => {
    const trial = (await get(`/v1/cells/${cell}/trials/99`)).json<object>()
    expect(Value.Errors(TrialResource, trial)).toEqual([])
    expect(trial).toMatchObject({ trial: 99, outcome: 'converged', loss: 0.0009765625, engine: { id: 'test', version: '1' } })
    const missing = await get(`/v1/cells/${cell}/trials/100`)
    expect([missing.statusCode, missing.json<{ detail: string }>().detail]).toEqual([404, 'Trial 100 of this cell is not recorded.'])
  })

  it('gives all its trials as a table', async () => {
    const [header, ...rows] = (await get(`/v1/cells/${cell}/trials.csv`)).body.trim().split('\r\n')
    expect(header).toBe('trial,outcome,dead_layer,alive_step,dead_step,loss,value,pieces,checksum')
    expect([rows.length, rows[0], rows[99]]).toEqual([100, '0,born_dead,1,0,0,0.5,0.0,1,0', '99,converged,0,0,0,0.0009765625,1.0,2,99'])
    const file = (await get(`/v1/cells/${cell}/trials.parquet`)).rawPayload
    const table = await parquetReadObjects({ file: new Uint8Array(file).buffer })
    expect(table).toHaveLength(100)
    expect(table[99]).toEqual({
      trial: 99, outcome: 'converged', dead_layer: 0, alive_step: 0, dead_step: 0, loss: 0.0009765625, value: 1, pieces: 2n, checksum: 99n,
    })
    expect((await get(`/v1/cells/${cell}/trials.csv?from=10&limit=5`)).body.trim().split('\r\n')).toHaveLength(6)
  })

  it('gives those of a whole sweep with their cells, exactly as many as it reads', async () => {
    const [header, ...rows] = (await get(`/v1/sweeps/${sweep}/trials.csv`)).body.trim().split('\r\n')
    expect(header).toContain('cell,depth,width,trial,')
    expect(rows).toHaveLength(1000)
    const file = (await get(`/v1/sweeps/${sweep}/trials.parquet`)).rawPayload
    expect(await parquetReadObjects({ file: new Uint8Array(file).buffer })).toHaveLength(1000)
  })

  it('answers HEAD of a table without reading it', async () => {
    const head = await api.app.inject({ method: 'HEAD', url: `/v1/cells/${cell}/trials.csv` })
    expect([head.statusCode, head.body, head.headers['content-type']]).toEqual([200, '', 'text/csv; charset=utf-8'])
  })
})

describe('answers', () => {
  it('name the smallest safe width of a setting, of a sweep, and none where nothing is known', async () => {
    const ofSetting = await get('/v1/safe-width?depth=12&below=0.5')
    expect(Value.Errors(SafeWidth, ofSetting.json())).toEqual([])
    expect(ofSetting.json()).toMatchObject({ depth: 12, below: 0.5, confidence: 0.95, width: 2, evidence: [{ width: 4 }, { width: 2 }] })
    expect((await get(`/v1/safe-width?depth=12&below=0.5&sweep=${sweep}`)).json()).toEqual(ofSetting.json())
    expect((await get('/v1/safe-width?depth=12&below=0.5&network.activation=tanh')).json()).toMatchObject({ evidence: [{ width: 2, trials: 100 }] })
    expect((await get('/v1/safe-width?depth=30&below=0.5')).statusCode).toBe(404)
  })

  it('give contours of a sweep as of its setting', async () => {
    const ofSweep = await get(`/v1/contours?sweep=${sweep}&levels=0.05,0.5&depth=8,10..12`)
    expect(Value.Errors(Contours, ofSweep.json())).toEqual([])
    const answer = ofSweep.json<{ levels: number[]; maps: { x: string; contours: { level: number }[] }[] }>()
    expect([answer.levels, answer.maps[0]?.x, answer.maps[0]?.contours.map(({ level }) => level)]).toEqual([[0.05, 0.5], 'depth', [0.05, 0.5]])
    expect((await get('/v1/contours?depth=8..')).json()).toMatchObject({ sweep: null, levels: [0.01, 0.1], maps: [{ y: 'width' }] })
  })

  it('give the best of K of the cells that have trials', async () => {
    const response = await get(`/v1/best-of-k?sweep=${sweep}&depth=10&starts=1,10`)
    expect(Value.Errors(BestOfK, response.json())).toEqual([])
    const { cells: [best] } = response.json<{ cells: { trials: number; mostStarts: number; points: { starts: number; expected: number }[] }[] }>()
    // three of 300 lose 0.5, the others 2^-10: the mean of all, and of the best of ten nearly the lower
    expect([best?.trials, best?.mostStarts, best?.points.map(({ starts }) => starts)]).toEqual([300, 100, [1, 10]])
    expect(best?.points[1]?.expected).toBeCloseTo(0.0009765625, 12)
    expect((await get('/v1/best-of-k?depth=10&width=2&starts=1')).json()).toMatchObject({ sweep: null, cells: [{ trials: 300 }] })
    expect((await get(`/v1/best-of-k?sweep=${sweep}&depth=10&starts=101`)).statusCode).toBe(400)
  })

  it('compare two sweeps on the same networks', async () => {
    const response = await get(`/v1/compare?a=${sweep}&b=${other}`)
    expect(Value.Errors(Comparison, response.json())).toEqual([])
    // of the first hundred the one is dead in 0 and 1, the other in 0
    expect(response.json()).toMatchObject({
      event: 'collapse',
      sweeps: [sweep, other],
      pairs: [{ depth: 12, width: 2, counts: { trials: 100, both: 1, onlyFirst: 1, onlySecond: 0, neither: 98 } }],
    })
  })
})

describe('GET /v1/sweeps/{id}/surface', () => {
  it.each(['csv', 'parquet', 'svg', 'png'])('ends in .%s', async (ending) => {
    const byEnding = await get(`/v1/sweeps/${sweep}/surface.${ending}`)
    const byName = await get(`/v1/sweeps/${sweep}/surface?format=${ending}`)
    expect([byEnding.statusCode, byEnding.headers['content-type']]).toEqual([200, byName.headers['content-type']])
    expect(byEnding.rawPayload.equals(byName.rawPayload)).toBe(true)
  })

  it('is kept for good under its digest alone', async () => {
    const [complete, growing] = [await carriedDigest(other), await carriedDigest(sweep)]
    const kept = await get(`/v1/sweeps/${other}/surface.csv?digest=${complete}`)
    expect([kept.statusCode, kept.headers['cache-control']]).toEqual([200, 'private, max-age=31536000, immutable'])
    expect((await get(`/v1/sweeps/${other}/surface.csv`)).headers['cache-control']).toBe('no-cache')
    expect((await get(`/v1/sweeps/${other}/surface?digest=${growing}`)).statusCode).toBe(409)
    expect((await get(`/v1/sweeps/${sweep}/surface?digest=${growing}`)).json()).toMatchObject({
      status: 409,
      detail: expect.stringContaining('not complete'),
    })
  })

  /** In the metadata of its Parquet. */
  async function carriedDigest(id: string): Promise<string> {
    const file = (await get(`/v1/sweeps/${id}/surface.parquet`)).rawPayload
    const { key_value_metadata: metadata } = await parquetMetadataAsync(new Uint8Array(file).buffer)
    return metadata?.find(({ key }) => key === 'collapsar.digest')?.value ?? ''
  }
})

describe('GET /v1/sweeps', () => {
  it('turns pages, and finds by state and name', async () => {
    const list = async (query: string) => (await get(`/v1/sweeps?${query}`)).json<{ sweeps: { id: string }[]; next: string | null }>()
    const first = await list('limit=1')
    expect(first.sweeps.map(({ id }) => id)).toEqual([other])
    expect(await list(`limit=1&cursor=${first.next}`)).toMatchObject({ sweeps: [{ id: sweep }], next: null })
    expect((await list('name=ta')).sweeps).toHaveLength(1)
    expect((await list('state=done')).sweeps).toEqual([])
  })
})

describe('what cannot be answered', () => {
  const bad: [string, string][] = [
    ['/v1/surface?depth=1', '/query/depth'],
    ['/v1/surface?depth=12..10', '/query/depth'],
    ['/v1/surface?depth=..', '/query/depth'],
    ['/v1/surface?depth=a', '/query/depth'],
    ['/v1/surface?width=257', '/query/width'],
    ['/v1/surface?collapse=0.5..1.5', '/query/collapse'],
    ['/v1/surface?collapse=1e309', '/query/collapse'],
    ['/v1/surface?shown=true', '/query/shown'],
    ['/v1/surface?trials=-1', '/query/trials'],
    ['/v1/surface?limit=0', '/query/limit'],
    ['/v1/surface?limit=501', '/query/limit'],
    ['/v1/surface?limit=5&limit=6', '/query/limit'],
    ['/v1/surface?network.activation=sigmoid', '/query/network.activation'],
    ['/v1/surface?problem.expression=%00', '/query/problem.expression'],
    ['/v1/surface?tag=%00', '/query/tag'],
    ['/v1/surface?network=relu', '/query/network'],
    ['/v1/surface?cursor=!', '/query/cursor'],
    ['/v1/surface?cursor=WyJjZWxscyJd', '/query/cursor'],
    [`/v1/surface?cursor=${Buffer.from('["cells",2,1,1e300]').toString('base64url')}`, '/query/cursor'],
    [`/v1/surface?cursor=${Buffer.from('["sweeps","1","a"]').toString('base64url')}`, '/query/cursor'],
    [`/v1/sweeps?cursor=${Buffer.from('["sweeps","9999999999999999999","a"]').toString('base64url')}`, '/query/cursor'],
    [`/v1/sweeps?cursor=${Buffer.from(`["sweeps","1","'; --"]`).toString('base64url')}`, '/query/cursor'],
    ['/v1/surface.csv?format=parquet', '/query/format'],
    ['/v1/surface?format=svg', '/query/format'],
    ['/v1/cells/c1_abc', '/path/cell'],
    [`/v1/cells/c1_${'0'.repeat(64)}/trials?from=1.5`, '/query/from'],
    [`/v1/cells/c1_${'0'.repeat(64)}/trials/-1`, '/path/index'],
    ['/v1/safe-width?depth=12', '/query/below'],
    ['/v1/safe-width?depth=12&below=1', '/query/below'],
    ['/v1/safe-width?depth=12&below=0.1&sweep=sw-1&seed=1', '/query/seed'],
    ['/v1/safe-width?depth=12&below=0.1&training.steps=-3', '/query/training.steps'],
    ['/v1/contours?levels=0.1,2', '/query/levels'],
    ['/v1/best-of-k?starts=0', '/query/starts'],
    ['/v1/compare?a=sw-1', '/query/b'],
  ]

  it.each(bad)('%s is refused with %s', async (url, pointer) => {
    const response = await get(url)
    expect([response.statusCode, response.headers['content-type']]).toEqual([400, 'application/problem+json'])
    expect(response.json<{ errors: { pointer: string }[] }>().errors.map((problem) => problem.pointer)).toContain(pointer)
  })

  it.each([
    `/v1/cells/c1_${'0'.repeat(64)}`,
    `/v1/cells/c1_${'0'.repeat(64)}/trials`,
    `/v1/cells/c1_${'0'.repeat(64)}/trials.csv`,
    `/v1/cells/c1_${'0'.repeat(64)}/trials/0`,
    '/v1/sweeps/none/surface.csv',
    '/v1/sweeps/none/trials.csv',
    '/v1/surface?sweep=none',
    '/v1/surface.csv?sweep=none',
    '/v1/contours?sweep=none',
    '/v1/contours?network.activation=gelu',
    '/v1/best-of-k?sweep=none',
    '/v1/safe-width?sweep=none&depth=3&below=0.1',
    '/v1/compare?a=none&b=none',
  ])('%s is not found', async (url) => {
    expect((await get(url)).statusCode).toBe(404)
  })

  it('is a part of a map that two cells would share', async () => {
    const response = await get(`/v1/contours?sweep=${sweep}&columns=colour`)
    expect(response.statusCode).toBe(400)
  })
})
