import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aliveBlocks, TEST_ENGINE, wish } from '../../../test/support/blocks.ts'
import { runSql, startTestServer } from '../../../test/support/database.ts'
import type { TestServer } from '../../../test/support/database.ts'
import { openStore } from './open-store.ts'

const CELLS = 400
const BLOCKS_PER_CELL = 25
const TRIALS = CELLS * BLOCKS_PER_CELL * 100

/** 24 bytes a trial, for blocks whose trials are all alive: every table with its indexes and TOAST. */
const BYTES_PER_TRIAL = 24

let server: TestServer
let url: string
let sweepId: string
/** Milliseconds of recording one block, without encoding it. */
let recordMs: number

beforeAll(async () => {
  server = await startTestServer()
  url = await server.createDatabase()
  const store = await openStore({ databaseUrl: url })
  const cells = Array.from({ length: CELLS }, (_, seed) => wish(seed, BLOCKS_PER_CELL * 100))
  sweepId = (await store.createSweep({ name: 'space', source: {}, cells })).sweep.id
  let spent = 0
  for (const [seed, { cell }] of cells.entries()) {
    const blocks = aliveBlocks(seed, 0, BLOCKS_PER_CELL)
    const start = performance.now()
    await store.recordBlocks(cell, blocks, TEST_ENGINE)
    spent += performance.now() - start
  }
  recordMs = spent / (CELLS * BLOCKS_PER_CELL)
  await store.close()
})
afterAll(() => server.close())

describe('a million trials that are all alive, in 400 cells', () => {
  it('take at most 24 bytes each', async () => {
    const tables = await runSql<{ table: string; bytes: number }>(
      url,
      `SELECT relname AS table, pg_total_relation_size(oid)::float8 AS bytes
       FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    )
    const bytes = tables.reduce((sum, table) => sum + table.bytes, 0)
    process.stderr.write(`${(bytes / TRIALS).toFixed(2)} bytes a trial; recording took ${recordMs.toFixed(2)} ms a block\n`)
    expect(bytes / TRIALS).toBeLessThanOrEqual(BYTES_PER_TRIAL)
  })

  it('lie on their pages whole: nothing of a block is stored out of line', async () => {
    const [toast] = await runSql<{ bytes: number }>(
      url,
      `SELECT pg_relation_size(reltoastrelid)::float8 AS bytes FROM pg_class WHERE oid = 'blocks'::regclass`,
    )
    expect(toast?.bytes).toBe(0)
  })

  it('are read as one surface in a fresh process', async () => {
    const entry = new URL('../dist/index.js', import.meta.url).href
    const program = `
      const { openStore } = await import(${JSON.stringify(entry)})
      const start = performance.now()
      const store = await openStore({ databaseUrl: process.env.DATABASE_URL })
      const opened = performance.now()
      const cells = await store.sweepCells(${JSON.stringify(sweepId)})
      const read = performance.now()
      console.log(JSON.stringify({
        openMs: opened - start, readMs: read - opened,
        trials: cells.reduce((sum, { tally }) => sum + tally.trials, 0), frozen: cells.filter(({ digest }) => digest).length,
      }))
      await store.close()`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, DATABASE_URL: url },
    })
    const result = JSON.parse(stdout) as { openMs: number; readMs: number; trials: number; frozen: number }
    process.stderr.write(`fresh process: ${result.openMs.toFixed(1)} ms to open, ${result.readMs.toFixed(1)} ms to read\n`)
    expect(result).toMatchObject({ trials: TRIALS, frozen: CELLS })
    // Well under 50 ms on an idle machine; only a reading that depends on the number of trials would take this long.
    expect(result.openMs + result.readMs).toBeLessThan(2_000)
  })
})
