import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCpuEngine } from '@collapsar/engine-cpu'
import { openStore } from '@collapsar/store'
import type { Store } from '@collapsar/store'
import { parseSweep } from '@collapsar/sweep'
import type { SweepDocument } from '@collapsar/sweep'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApi } from '../support/api.ts'
import { collapsar, collapsarHere, finished, startCollapsar } from '../support/collapsar.ts'
import { runSql, startTestServer } from '../support/database.ts'
import type { TestServer } from '../support/database.ts'
import { documentOf, runInLaboratory } from '../support/laboratory.ts'

/** Minibatches and width 4, so that order and streams matter; 500 trials of each of two cells, the last block in part. */
const sweep = { grid: { depth: [3, 4], width: 4 }, inits: 450, problem: { points: 16 }, training: { batch: 4, steps: 200 } }

let server: TestServer
let folder: string
let calm: SweepDocument
let databaseUrl: string
let store: Store
let id: string
const file = (name: string) => join(folder, name)
/** A cluster has neither of the addresses. */
const cluster = () => ({ COLLAPSAR_DATA: file('nowhere') })
const laboratory = () => ({ DATABASE_URL: databaseUrl })

beforeAll(async () => {
  server = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'collapsar-offline-'))
  calm = await runInLaboratory(sweep, { databaseUrl: await server.createDatabase(), engine: createCpuEngine({ threads: 1 }) })
  databaseUrl = await server.createDatabase()
  store = await openStore({ databaseUrl })
  id = (await store.createSweep(parseSweep(sweep))).sweep.id
  const [first] = parseSweep(sweep).cells
  await collapsarHere(['chunks', 'export', '--sweep', id, '--out', file('sample-list')], laboratory())
  await collapsarHere(['chunks', 'export', '--sweep', id, '--cells', first!.cell, '--out', file('other-list')], laboratory())
  await collapsarHere(['chunks', 'run', file('sample-list'), '--part', '1/2', '--out', file('sample')], cluster())
}, 180_000)
afterAll(async () => {
  await store?.close()
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

const lines = async (name: string) => (await readFile(file(name), 'utf8')).trimEnd().split('\n')

describe('chunks', () => {
  it('are exported without being claimed, in whole or by cell and part', async () => {
    expect(await collapsar(['chunks', 'export', '--sweep', id, '--out', file('list')], laboratory())).toMatchObject({ code: 0, stderr: expect.stringContaining('10 blocks of 2 cells') })
    expect(await store.unfinished('cpu')).toEqual([])
    const [first] = parseSweep(sweep).cells
    const one = await collapsarHere(['chunks', 'export', '--sweep', id, '--cells', first!.cell, '--part', '1/1', '--out', file('one')], laboratory())
    expect(one.stderr).toContain('5 blocks of 1 cells')
    expect(await collapsarHere(['chunks', 'export', '--sweep', id, '--out', file('one')], laboratory())).toMatchObject({ code: 3, stderr: expect.stringContaining('EEXIST') })
  })

  it('train in two parts on a machine without a database, go on after a kill, and are there once after two imports', async () => {
    expect(await collapsar(['chunks', 'run', file('list'), '--part', '1/2', '--out', file('r1'), '--threads', '1'], cluster())).toMatchObject({ code: 0 })
    const killed = startCollapsar(['chunks', 'run', file('list'), '--part', '2/2', '--out', file('r2'), '--threads', '1'], cluster())
    await expect.poll(async () => (await lines('r2').catch(() => [])).length, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(1)
    killed.kill('SIGKILL')
    await finished(killed)
    // What a machine that went down in the middle of a write leaves.
    await writeFile(file('r2'), '{"cell":"c1_', { flag: 'a' })
    expect(await collapsar(['chunks', 'run', file('list'), '--part', '2/2', '--out', file('r2'), '--threads', '2'], cluster())).toMatchObject({ code: 0 })
    // A header in each.
    expect((await lines('r1')).length + (await lines('r2')).length).toBe(10 + 2)
    const before = await lines('r1')
    expect(await collapsar(['chunks', 'run', file('list'), '--part', '1/2', '--out', file('r1')], cluster())).toMatchObject({ code: 0 })
    expect(await lines('r1'), 'it had nothing left to do').toEqual(before)

    const imported = await collapsar(['chunks', 'import', file('r1'), file('r2')], laboratory())
    expect(imported.code).toBe(0)
    const recorded = [...imported.stderr.matchAll(/(\d+) blocks recorded, (\d+) were there/g)].map(([, fresh, there]) => [Number(fresh), Number(there)])
    expect(recorded.map(([fresh]) => fresh!).reduce((a, b) => a + b)).toBe(10)
    expect(recorded.map(([, there]) => there)).toEqual([0, 0])
    expect((await collapsarHere(['chunks', 'import', file('r1'), file('r2')], laboratory())).stderr).not.toMatch(/[1-9]\d* blocks recorded/)

    const document = await documentOf(store, id)
    expect(document.sweep.state).toBe('done')
    expect(JSON.stringify(document.cells)).toBe(JSON.stringify(calm.cells))
    expect((await store.verify()).mismatches).toEqual([])
    const workers = await runSql<{ id: string }>(databaseUrl, `SELECT DISTINCT workers.id, state FROM blocks JOIN workers ON workers.key = blocks.worker`)
    expect(workers.map((worker) => worker.id).every((name) => name.startsWith('offline-'))).toBe(true)
    expect(workers).toHaveLength(2)
  })

  it('of an empty list are nothing to do', async () => {
    await collapsarHere(['chunks', 'export', '--sweep', id, '--out', file('empty')], laboratory())
    expect(await collapsar(['chunks', 'run', file('empty'), '--out', file('none')], cluster())).toMatchObject({ code: 0 })
    expect(await collapsarHere(['chunks', 'import', file('none')], laboratory())).toMatchObject({ code: 0, stderr: expect.stringContaining('0 blocks recorded') })
  })
})

describe('files that were changed', () => {
  /** A database that knows the sweep and has nothing of it. */
  async function fresh(source: object = sweep): Promise<{ DATABASE_URL: string }> {
    const url = await server.createDatabase()
    const other = await openStore({ databaseUrl: url })
    await other.createSweep(parseSweep(source))
    await other.close()
    return { DATABASE_URL: url }
  }

  const blocksIn = (url: string) => runSql(url, 'SELECT index FROM blocks')

  it.each([
    ['a flipped digit of a digest', (text: string[]) => text.with(2, text[2]!.replace(/"digest":"./, '"digest":"x')), 'line 3 does not fit its seal'],
    ['another index', (text: string[]) => text.with(2, text[2]!.replace(/"block":\d+/, '"block":77')), 'line 3 does not fit its seal'],
    ['a line that is gone', (text: string[]) => text.toSpliced(1, 1), 'line 2 does not fit its seal'],
    ['two lines that changed places', (text: string[]) => [text[0]!, text[2]!, text[1]!, ...text.slice(3)], 'line 2 does not fit its seal'],
    ['a line that is no JSON', (text: string[]) => text.with(1, 'x'), 'line 2 is not a JSON object'],
    ['another format', (text: string[]) => text.with(0, text[0]!.replace('blocks/1', 'blocks/9')), 'line 1'],
  ])('are refused whole: %s', async (_, change, detail) => {
    const environment = await fresh()
    await writeFile(file('changed'), `${change(await lines('sample')).join('\n')}\n`)
    expect(await collapsarHere(['chunks', 'import', file('changed')], environment)).toMatchObject({ code: 3, stderr: expect.stringContaining(detail) })
    expect(await blocksIn(environment.DATABASE_URL)).toEqual([])
  })

  it('are refused where they end in the middle of a line', async () => {
    const environment = await fresh()
    const text = await readFile(file('sample'), 'utf8')
    await writeFile(file('changed'), text.slice(0, -10))
    const count = (await lines('sample')).length
    expect(await collapsarHere(['chunks', 'import', file('changed')], environment)).toMatchObject({ code: 3, stderr: expect.stringContaining(`line ${count} is cut off`) })
    expect(await blocksIn(environment.DATABASE_URL)).toEqual([])
  })

  it('are refused when nobody has asked for their cells', async () => {
    const environment = await fresh({ ...sweep, seed: 1 })
    expect(await collapsarHere(['chunks', 'import', file('sample')], environment)).toMatchObject({ code: 3, stderr: expect.stringMatching(/line 2 is of the cell c1_\w+, which nobody here has asked for/) })
  })

  it('are not trained: a list that was cut off, a part that is none, results of another list', async () => {
    await writeFile(file('changed'), `${(await lines('sample-list')).slice(0, -1).join('\n')}\n`)
    expect(await collapsarHere(['chunks', 'run', file('changed'), '--out', file('x')], cluster())).toMatchObject({ code: 3, stderr: expect.stringContaining('has no end') })
    expect(await collapsarHere(['chunks', 'run', file('sample-list'), '--part', '3/2', '--out', file('x')], cluster())).toMatchObject({ code: 2, stderr: expect.stringContaining('--part is 3/2') })
    expect(await collapsarHere(['chunks', 'run', file('other-list'), '--out', file('sample')], cluster())).toMatchObject({ code: 6, stderr: expect.stringContaining('another list') })
  })
})

describe('POST /v1/blocks', () => {
  it('records the blocks of a file once, and refuses what is damaged with its place', async () => {
    const api = await openTestApi(server)
    try {
      const { sweep: record } = await api.store.createSweep(parseSweep(sweep))
      const post = (payload: object) => api.app.inject({ method: 'POST', url: '/v1/blocks', payload })
      const header = JSON.parse((await lines('sample'))[0]!) as { engine: object; worker: string }
      const blocks = (await lines('sample')).slice(1).map((line) => JSON.parse(line) as { cell: string; block: number; digest: string; columns: string })
      const { cell } = blocks[0]!
      const own = blocks.filter((block) => block.cell === cell).map(({ block, digest, columns }) => ({ block, digest, columns }))
      const body = { cell, worker: header.worker, engine: header.engine, blocks: own }
      const damaged = await post({ ...body, blocks: [{ ...own[0], digest: '0'.repeat(64) }] })
      expect(damaged.statusCode).toBe(400)
      expect(damaged.json()).toMatchObject({ errors: [{ pointer: '/blocks/0' }] })
      expect((await post(body)).json()).toEqual({ recorded: own.length, duplicate: 0 })
      expect((await post(body)).json()).toEqual({ recorded: 0, duplicate: own.length })
      expect((await post({ ...body, cell: `c1_${'0'.repeat(64)}` })).statusCode).toBe(404)
      expect((await post({ ...body, blocks: Array(101).fill(own[0]) })).statusCode).toBe(400)
      expect((await post({ ...body, blocks: [] })).statusCode).toBe(400)
      expect((await post({ ...body, blocks: [{ ...own[0], columns: 'A'.repeat(3000) }] })).statusCode).toBe(400)
      expect((await post({ ...body, worker: 'x\r\ny' })).statusCode).toBe(400)
      expect((await api.store.progress(record.id)).map(({ settled, prefixBlocks }) => settled.length + prefixBlocks).reduce((a, b) => a + b)).toBe(own.length)
      expect((await api.store.verify()).mismatches).toEqual([])
    } finally {
      await api.close()
    }
  })
})
